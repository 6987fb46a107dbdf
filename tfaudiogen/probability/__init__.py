"""Distributions, randomness and objectives, as pure functions.

`distributions` returns `tfp.distributions`, `noise` is the one source of randomness, `losses`,
`annealing` and `expectation_maximization` are the mathematics of training. Imports `signal` alone.
"""
