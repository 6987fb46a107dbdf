"""Vector, residual and finite scalar quantizers."""
