"""Reading and atomic writing of audio, image and vector files."""
