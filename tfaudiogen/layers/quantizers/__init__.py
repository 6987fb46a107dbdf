"""From vectors to codes and back: vector, residual and finite scalar quantization."""
