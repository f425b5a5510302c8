"""What can be refused around signing in."""


class AddressTaken(Exception):
    """Another account has proved this e-mail address meanwhile."""
