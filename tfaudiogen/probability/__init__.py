"""Distributions, randomness and objectives, as pure functions.

`distributions` returns `tfp.distributions`; `noise` is the only source of randomness; `losses`,
`annealing` and `expectation_maximization` are the mathematics of training. Imports only `signal`.
"""
