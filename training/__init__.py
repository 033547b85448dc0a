"""Recordings in, neural effects out: data, networks, training, and export to a bank."""
