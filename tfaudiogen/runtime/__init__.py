"""The process: signals, child processes, optional packages, Keras' backend."""
