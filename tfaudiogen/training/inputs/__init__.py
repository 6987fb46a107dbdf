"""The data of a training, as its devices take them."""
