"""Simulated pedals and a simulated guitar: training data without a download."""
