"""Training callbacks: checkpoints, metrics, TensorBoard, non-finite losses."""
