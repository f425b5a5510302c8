"""What can be refused around signing in."""


class AddressTaken(Exception):
    """Another account has this e-mail address."""
