"""The process and its surroundings: signals, child processes, optional packages, Keras' backend."""
