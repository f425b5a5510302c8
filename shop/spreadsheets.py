"""Cells of files that spreadsheets open.

Text that a spreadsheet would run as a formula gets an apostrophe before it. It may stand inside a
cell: where lists have semicolons, Excel opens ``a;=1+1`` of a file with commas as two cells.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from io import StringIO

# A formula, be there apostrophes before it: at the start, and where a cell may be cut.
_START = r"\A%s(?='*[=+\-@\t\r＝＋－＠])|(?<=[;\t\r\n])%s(?='*[=+\-@＝＋－＠])"
_FORMULA = re.compile(_START % ("", ""))
_ARMOR = re.compile(_START % ("'", "'"))


def armored(text: str) -> str:
    """``text`` as no spreadsheet takes for a formula; :func:`bared` undoes it exactly."""
    return _FORMULA.sub("'", text)


def bared(text: str) -> str:
    """The text that :func:`armored` was given."""
    return _ARMOR.sub("", text)


def csv_lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Lines of a CSV file for ``rows``, opened by a mark that tells spreadsheets it is UTF-8.

    Numbers stay as they are; text is armored.
    """
    yield "\ufeff"
    for row in rows:
        line = StringIO()
        cells = (cell if isinstance(cell, int | Decimal) else armored(str(cell)) for cell in row)
        csv.writer(line).writerow(cells)
        yield line.getvalue()
