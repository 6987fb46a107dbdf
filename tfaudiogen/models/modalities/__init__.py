"""Inputs and outputs of models: audio, images and conditions, eagerly and in graphs."""
