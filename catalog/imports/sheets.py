"""The XML parts of a workbook, read as a stream: nothing of a row is kept when it was given.

Texts that cells share lie in a file of their own while the sheet is read. The XML is read by
defusedxml, without document types.
"""

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from xml.sax.handler import ContentHandler

from defusedxml.sax import make_parser  # type: ignore[import-untyped]
from openpyxl.styles.numbers import (  # type: ignore[import-untyped]
    BUILTIN_FORMATS,
    is_date_format,
)
from openpyxl.utils.datetime import (  # type: ignore[import-untyped]
    CALENDAR_MAC_1904,
    CALENDAR_WINDOWS_1900,
    from_excel,
)

#: A row of a sheet: its number, and its cells as text.
Row = tuple[int, list[str]]
_BLOCK = 64 * 1024
_OFFSET = 8
#: Texts that are remembered while a sheet is read; most repeat themselves.
_REMEMBERED = 500
#: Characters of one cell; the CSV reader has the same limit.
LONGEST_CELL = 131_072
_LAST_ROW = 1_048_576
#: A tag of more bytes than this was made to hurt: the parser reads it anew with each block.
_LONGEST_TAG = 512 * 1024


class TooLong(ValueError):
    """A cell holds more text than any spreadsheet allows."""


class Merged(ValueError):
    """Cells at the place it carries are merged: one has their value, the others look blank."""


class Texts:
    """The shared texts of a workbook, written to a file as far as they were asked for."""

    def __init__(self, stack: ExitStack, archive: zipfile.ZipFile, part: str) -> None:
        self._texts = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        self._offsets = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        self._rest = _parsed(archive, part, _SharedTexts()) if part else iter(())
        self._count = self._end = 0
        self.read = lru_cache(_REMEMBERED)(self._read)

    def _read(self, number: int) -> str:
        while self._count <= number:
            texts = next(self._rest, None)
            if texts is None:
                raise ValueError(number)
            self._keep(texts)
        self._offsets.seek(number * 2 * _OFFSET)
        found = self._offsets.read(2 * _OFFSET)
        begin, end = (int.from_bytes(found[at : at + _OFFSET], "big") for at in (0, _OFFSET))
        self._texts.seek(begin)
        return self._texts.read(end - begin).decode("utf-8", "surrogatepass")

    def _keep(self, texts: list[str]) -> None:
        self._texts.seek(self._end)
        self._offsets.seek(self._count * 2 * _OFFSET)
        for text in texts:
            data = text.encode("utf-8", "surrogatepass")
            self._texts.write(data)
            for place in (self._end, self._end + len(data)):
                self._offsets.write(place.to_bytes(_OFFSET, "big"))
            self._end += len(data)
        self._count += len(texts)


def rows(
    archive: zipfile.ZipFile,
    part: str,
    texts: Texts,
    dates: "Dates",
    most_columns: int,
    most_bytes: int | None = None,
) -> Iterator[Row]:
    """The rows of a sheet that are not blank, with at most ``most_columns`` cells each.

    ``most_bytes`` is how much of the sheet is looked at. Raises :class:`Merged` after them.
    """
    last = 0
    sheet = _Sheet(texts, dates, most_columns)
    for found in _parsed(archive, part, sheet, most_bytes):
        for number, cells in found:
            last = number if last < number <= _LAST_ROW else last + 1
            if last > _LAST_ROW:
                raise ValueError(last)
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                yield last, cells
    if sheet.merged:
        raise Merged(sheet.merged)


class Dates:
    """Which styles of a workbook show a number as a time."""

    def __init__(self, styles: Any, is_1904: bool) -> None:
        formats: dict[int, str] = dict(BUILTIN_FORMATS)
        for row in named(styles, "numFmt"):
            formats[int(row.get("numFmtId", -1))] = row.get("formatCode", "")
        lists = list(named(styles, "cellXfs"))
        used = [int(row.get("numFmtId", 0)) for row in lists[0]] if lists else []
        self._styles = {
            str(index) for index, code in enumerate(used) if is_date_format(formats.get(code, ""))
        }
        self._epoch = CALENDAR_MAC_1904 if is_1904 else CALENDAR_WINDOWS_1900

    def text(self, number: str, style: str) -> str:
        """The number of a cell as a CSV file would say it."""
        if style in self._styles:
            moment = from_excel(float(number), self._epoch)
            if isinstance(moment, datetime | date | time):
                return moment.isoformat()
            return str(moment) if isinstance(moment, timedelta) else ""
        if not number.lstrip("-").isdigit():
            # What Excel shows as 49.9 is stored as 49.899999999999999.
            value = Decimal(repr(float(number)))
            # No number has this size: as it stands, for the column to refuse.
            return format(value.normalize(), "f") if value.is_finite() else number
        return number


class _Sheet(ContentHandler):
    """Gathers the rows of a sheet until they are fetched."""

    def __init__(self, texts: Texts, dates: Dates, most_columns: int) -> None:
        super().__init__()
        self._texts, self._dates, self._most = texts, dates, most_columns
        self.found: list[Row] = []
        #: The first place whose cells are merged.
        self.merged = ""
        self._cells: dict[int, str] = {}
        self._number = self._column = 0
        self._kind = self._style = ""
        self._value = _Value()

    def startElement(self, name: str, attrs: Any) -> None:
        tag = _local(name)
        if tag == "row":
            given = attrs.get("r", "")
            self._number = int(given) if given.isdigit() else 0
            self._cells, self._column = {}, 0
        elif tag == "c":
            self._column = _column(attrs.get("r", "")) or self._column + 1
            self._kind, self._style = attrs.get("t", "n"), attrs.get("s", "")
            self._value = _Value()
        elif tag == "mergeCell":
            self.merged = self.merged or attrs.get("ref", "")
        else:
            self._value.begin(tag)

    def characters(self, content: str) -> None:
        self._value.add(content)

    def endElement(self, name: str) -> None:
        tag = _local(name)
        if tag == "row":
            width = max(self._cells, default=0)
            cells = [self._cells.get(column, "") for column in range(1, width + 1)]
            self.found.append((self._number, cells))
        elif tag == "c":
            if self._column <= self._most:
                self._keep_cell()
            self._value = _Value()
        else:
            self._value.end(tag)

    def _keep_cell(self) -> None:
        if self._value.text:
            self._cells[self._column] = self._text(self._value.text)
        elif self._value.formula and self._kind != "str":
            # A program wrote it and nobody worked it out: not the same as a blank cell.
            self._cells[self._column] = self._value.formula

    def _text(self, value: str) -> str:
        if self._kind == "s":
            return self._texts.read(int(value))
        if self._kind == "b":
            return "yes" if value.strip() == "1" else "no"
        if self._kind == "n":
            return self._dates.text(value.strip(), self._style)
        return _plain(value)


class _SharedTexts(ContentHandler):
    """Gathers the shared texts until they are fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._value = _Value()

    def startElement(self, name: str, attrs: Any) -> None:
        self._value.begin(_local(name))

    def characters(self, content: str) -> None:
        self._value.add(content)

    def endElement(self, name: str) -> None:
        tag = _local(name)
        self._value.end(tag)
        if tag == "si":
            self.found.append(_plain(self._value.text))
            self._value = _Value()


class _Value:
    """The text of a cell: of its ``v``, or of all its ``t`` but those that say how to read it.

    ``formula`` is what the text comes from, "" where it is typed.
    """

    def __init__(self) -> None:
        self.text = self.formula = ""
        self._is_open = self._is_reading_aid = self._is_formula = False

    def begin(self, tag: str) -> None:
        if tag == "rPh":
            self._is_reading_aid = True
        self._is_open = tag in ("v", "t") and not self._is_reading_aid
        self._is_formula = tag == "f"
        if self._is_formula:
            self.formula = "="

    def add(self, content: str) -> None:
        if self._is_open:
            self.text += content
        elif self._is_formula:
            self.formula += content
        if max(len(self.text), len(self.formula)) > LONGEST_CELL:
            raise TooLong

    def end(self, tag: str) -> None:
        self._is_open = self._is_formula = False
        if tag == "rPh":
            self._is_reading_aid = False


def _parsed(
    archive: zipfile.ZipFile, part: str, handler: Any, most_bytes: int | None = None
) -> Iterator[list[Any]]:
    """What ``handler`` found in each block of a part, or of its first ``most_bytes``."""
    parser = make_parser()
    parser.forbid_dtd = True
    parser.setContentHandler(handler)
    with archive.open(part) as file:
        place, begun = (0, 0), 0
        while block := file.read(_BLOCK):
            parser.feed(block)
            found, handler.found = handler.found, []
            yield found
            here = parser.getLineNumber(), parser.getColumnNumber()
            if here != place:
                place, begun = here, file.tell()
            elif file.tell() - begun > _LONGEST_TAG:
                raise ValueError(place)
            if most_bytes is not None and file.tell() > most_bytes:
                return
    parser.close()
    yield handler.found


def named(tree: Any, tag: str) -> Iterator[Any]:
    """All elements of a tree with this local name."""
    if tree is not None:
        yield from (row for row in tree.iter() if _local(row.tag.replace("}", ":")) == tag)


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _column(place: str) -> int:
    """The number of the column in a place such as "BC12"; 0 where none is told."""
    number = 0
    for letter in place[:3].upper():
        if not "A" <= letter <= "Z":
            break
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _plain(text: str) -> str:
    # Excel's way to write an underscore that does not begin an escape.
    return text.replace("x005F_", "")
