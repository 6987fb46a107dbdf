"""Model-independent parts of the training step.

Replicas, XLA, gradient accumulation, EMA, loss scaling, low-rank adapters (LoRA), and validation
of the arguments of `compile` and `fit`.
"""
