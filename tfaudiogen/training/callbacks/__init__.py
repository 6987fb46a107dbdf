"""Callbacks of a training: checkpoints, metrics, TensorBoard, faults."""
