"""What looks at a training and keeps it: checkpoints, figures, TensorBoard, faults."""
