"""Adapters to models from other projects."""
