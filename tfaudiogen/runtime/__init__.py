"""Process-level support: signals, child processes, optional packages, Keras' backend."""
