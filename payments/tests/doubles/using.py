"""How a test lets the shop talk to a double."""

from contextlib import contextmanager


@contextmanager
def in_use(double, settings):
    """The double runs, and the shop's settings lead to it, until the block ends."""
    with double:
        for name, value in double.options().items():
            setattr(settings, name, value)
        yield double
