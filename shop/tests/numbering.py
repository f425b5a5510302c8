"""Numbers in the names of rows that tests make.

They begin anew with each test: a test meets the same ones whatever ran before it, and none of them
is longer than another or part of it.
"""

from collections.abc import Iterator
from itertools import count
from weakref import WeakSet

import factory

#: Of rows that a test makes.
FIRST = 101
#: Of rows that a module makes for all its tests, which must not be the same.
FIRST_OF_MODULE = 501


class Numbers:
    """Endless numbers for the names of one kind of row."""

    _all: WeakSet["Numbers"] = WeakSet()

    def __init__(self) -> None:
        self._numbers = count(FIRST)
        self._all.add(self)

    def __iter__(self) -> Iterator[int]:
        return self

    def __next__(self) -> int:
        return next(self._numbers)

    @classmethod
    def begin(cls, first: int) -> None:
        """Let all of them, and the sequences of all factories, go on with ``first``."""
        for numbers in cls._all:
            numbers._numbers = count(first)
        for made in _factories(factory.Factory):
            made.reset_sequence(first, force=True)


def _factories(base: type[factory.Factory]) -> Iterator[type[factory.Factory]]:
    for one in base.__subclasses__():
        if not one._meta.abstract:
            yield one
        yield from _factories(one)
