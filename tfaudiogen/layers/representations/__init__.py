"""From what a user gives to arrays and back: spectrograms, pictures, conditions."""
