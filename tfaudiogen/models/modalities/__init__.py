"""What models of sounds, pictures and conditions take and return, eagerly and in graphs."""
