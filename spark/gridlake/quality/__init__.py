"""Checks that a run must pass before it counts."""
