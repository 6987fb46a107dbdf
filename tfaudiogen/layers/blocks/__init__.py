"""Shared network parts: residual blocks, pooling, upsampling and channels-last layers."""
