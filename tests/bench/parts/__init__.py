"""The parts of the bench: each measures one thing and gives its figures."""
