"""Models of pictures given sounds, of sounds given pictures, and of either given conditions."""
