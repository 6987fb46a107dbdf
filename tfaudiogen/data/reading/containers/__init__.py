"""Finds the audio in a file by walking its container, without trusting its header.

Decoders stop where a header says that the sound ends, or where the first of several joined streams
does. Here the file is divided into `Part`s, each of which a decoder reads to its real end.
"""
