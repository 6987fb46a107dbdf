"""Shared helpers of commands: options, inputs, loading, outputs."""
