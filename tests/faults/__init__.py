"""Faults of the store under load: masters that die, are cut off, or give away their slots."""
