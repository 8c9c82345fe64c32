"""The generator of proved NumPy training code."""
