"""Models as SavedModels of waveforms and pictures, for servers and other programs."""
