"""Parts of the training step beside the mathematics of a model.

Replicas, XLA, accumulation, averaging of weights, loss scaling, low-rank adapters, and the checks
of what `compile` and `fit` are given.
"""
