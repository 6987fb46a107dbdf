"""Reading one file: sound block by block, pictures, and trying again."""
