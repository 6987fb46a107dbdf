"""Inputs and outputs of models: sounds, pictures and conditions, eagerly and in graphs."""
