"""Repair and tailoring: what a workshop offers, when it has time, and what became of it."""
