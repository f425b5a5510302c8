"""What a search found: ids of products in their order."""

from collections.abc import Iterable, Sequence
from typing import overload
from uuid import UUID

#: Hexadecimal digits of an id, and the comma behind it.
_DIGITS = 32
_STEP = _DIGITS + 1


class Found(Sequence[UUID]):
    """Ids as one text, of which only those are read that are asked for.

    A page shows some of a thousand hits; the cache and the database take all of them as a text.
    """

    def __init__(self, text: str = "") -> None:
        self.text = text

    @classmethod
    def of(cls, ids: Iterable[UUID]) -> "Found":
        return cls(",".join(one.hex for one in ids))

    @property
    def array(self) -> str:
        """All of them as PostgreSQL writes an array."""
        return f"{{{self.text}}}"

    def __len__(self) -> int:
        return (len(self.text) + 1) // _STEP

    @overload
    def __getitem__(self, index: int) -> UUID: ...

    @overload
    def __getitem__(self, index: slice) -> "Found": ...

    def __getitem__(self, index: "int | slice") -> "UUID | Found":
        places = range(len(self))[index]
        if isinstance(places, int):
            return UUID(self.text[places * _STEP : places * _STEP + _DIGITS])
        if places.step != 1:
            return Found.of(self[place] for place in places)
        return Found(self.text[places.start * _STEP : max(0, places.stop * _STEP - 1)])
