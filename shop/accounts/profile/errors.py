"""What a profile refuses."""


class NameTaken(Exception):
    """Somebody else has this public name; nothing was written."""
