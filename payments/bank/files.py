"""The file of a bank as rows of text: whatever its encoding and delimiter, and however hostile."""

import csv
import io
import re

from payments.errors import StatementRefused

#: A statement of some thousand lines has about half of it.
MAX_BYTES = 2 * 1024 * 1024
MAX_ROWS = 5_000
MAX_COLUMNS = 60
#: Characters of a cell that are kept; no bank has more to say.
LONGEST_CELL = 500
_DELIMITERS = ";,\t|"
#: Rows that are tried to find the delimiter.
_TRIED = 60
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def rows_of(data: bytes) -> list[list[str]]:
    """The rows of a CSV file, blank ones as empty lists, so that a row's place is its line.

    Raises :class:`StatementRefused`.
    """
    if len(data) > MAX_BYTES:
        raise StatementRefused("too_large", most=MAX_BYTES // 1024 // 1024)
    if not data.strip():
        raise StatementRefused("empty")
    text = _text(data)
    best = max(_DELIMITERS, key=lambda sign: _fitting(text, sign))
    return _rows(text, best, MAX_ROWS)


def _text(data: bytes) -> str:
    """The text; what holds control characters is a program or a picture, not a statement."""
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeError:
            continue
        if not _CONTROL.search(text):
            return text
    raise StatementRefused("no_text")


def _encodings(data: bytes) -> list[str]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ["utf-16"]
    return ["utf-8-sig", "cp1252"]


def _fitting(text: str, delimiter: str) -> int:
    """How many of the first rows have as many cells as a statement needs at least."""
    try:
        rows = _rows(text[: 64 * 1024], delimiter, _TRIED, is_trial=True)
    except StatementRefused:
        return 0
    return sum(len(row) for row in rows if len(row) > 2)


def _rows(text: str, delimiter: str, most: int, *, is_trial: bool = False) -> list[list[str]]:
    found: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            if len(found) >= most:
                if is_trial:
                    break
                raise StatementRefused("too_many_rows", most=most)
            if len(cells) > MAX_COLUMNS:
                raise StatementRefused("too_many_columns", line=reader.line_num, most=MAX_COLUMNS)
            plain = [" ".join(cell.split())[:LONGEST_CELL] for cell in cells]
            found.append(plain if any(plain) else [])
    except csv.Error as error:
        raise StatementRefused("unreadable", line=reader.line_num) from error
    return found
