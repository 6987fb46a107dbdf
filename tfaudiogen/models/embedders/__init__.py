"""Joint audio-image embeddings, trained by contrastive losses."""
