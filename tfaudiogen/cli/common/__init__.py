"""What several commands share: options, inputs, loading, outputs."""
