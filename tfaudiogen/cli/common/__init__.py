"""Helpers that several commands share: options, inputs, loading, outputs."""
