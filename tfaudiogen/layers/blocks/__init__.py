"""Parts that several networks share: residual blocks, pooling, upsampling, channels last."""
