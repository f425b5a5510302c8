"""QR codes as pages, letters and papers show them."""

import io
from dataclasses import dataclass
from typing import Final

from PIL import Image
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

#: Squares of the quiet edge that readers want, and pixels of a square in a picture.
_EDGE: Final = 4
_SQUARE: Final = 6


@dataclass(frozen=True)
class Code:
    """A code by its rows of squares, True for dark, the quiet edge included."""

    rows: tuple[tuple[bool, ...], ...]

    @property
    def side(self) -> int:
        """Squares along one side."""
        return len(self.rows)

    @property
    def path(self) -> str:
        """The dark squares as the path of an SVG, one unit each."""
        return "".join(
            f"M{x} {y}h1v1h-1z"
            for y, row in enumerate(self.rows)
            for x, is_dark in enumerate(row)
            if is_dark
        )

    def png(self) -> bytes:
        """A picture, black on white in any theme: cameras want it so."""
        picture = Image.new("1", (self.side, self.side), 1)
        picture.putdata([0 if is_dark else 1 for row in self.rows for is_dark in row])
        large = (self.side * _SQUARE, self.side * _SQUARE)
        made = io.BytesIO()
        picture.resize(large, Image.Resampling.NEAREST).save(made, "PNG", optimize=True)
        return made.getvalue()


def code_of(text: str, *, most_version: int = 40) -> Code:
    """The smallest code that says ``text`` though 15 % of it are dirty.

    Raises ValueError where that is more than ``most_version`` holds (ISO/IEC 18004).
    """
    code = QRCode(error_correction=ERROR_CORRECT_M, border=_EDGE)
    code.add_data(text.encode())
    code.make(fit=True)
    if code.version > most_version:
        raise ValueError(f"more than a code of version {most_version} holds")
    return Code(tuple(tuple(row) for row in code.get_matrix()))
