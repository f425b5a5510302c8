"""Uploaded files: kept out of reach of the web, sniffed, and read line by line."""

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from catalog.imports import workbooks
from catalog.imports.errors import ImportRefused
from catalog.models import ImportBatch

MAX_BYTES = 200 * 1024 * 1024
MAX_ROWS = 1_000_000
MAX_COLUMNS = 200
#: Characters of one row of a CSV file, with all its cells.
LONGEST_ROW = 2_000_000
_LONGEST_NAME = 200
_BLOCK = 1024 * 1024
_DELIMITERS = ",;\t|"
#: A line of these alone is blank.
_NOTHING = f"{_DELIMITERS} \r\n"
#: The header line begins within so many characters.
_HEADER_WITHIN = 64 * 1024
_OLE = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"

#: A line of the file: its number, and its cells as text.
Line = tuple[int, list[str]]


@dataclass(frozen=True)
class Sniffed:
    """What a file turned out to be."""

    format: str
    headers: list[str]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""


def path_of(batch: ImportBatch) -> Path:
    """Where the file of ``batch`` lies."""
    return Path(settings.EXCHANGE_ROOT) / "imports" / f"{batch.pk.hex}.{batch.format.lower()}"


def keep(batch: ImportBatch, source: Path) -> None:
    """Move ``source`` to where the file of ``batch`` lies."""
    target = path_of(batch)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    source.replace(target)


def receive(chunks: Iterable[bytes]) -> Path:
    """Write what comes in to a draft beside the kept files. Raises :class:`ImportRefused`."""
    folder = Path(settings.EXCHANGE_ROOT) / "imports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    size = 0
    with draft_in(folder) as (path, file):
        for chunk in chunks:
            size += len(chunk)
            if size > MAX_BYTES:
                raise ImportRefused(
                    _("The file is larger than %d MB.") % (MAX_BYTES // 1024 // 1024)
                )
            file.write(chunk)
    return path


@contextmanager
def draft_in(folder: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """A new file, gone again when writing it fails."""
    path = folder / f".{workbooks.new_name()}"
    try:
        with path.open("xb") as file:
            yield path, file
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def sniff(path: Path) -> Sniffed:
    """Find out format, encoding, delimiter and headers. Raises :class:`ImportRefused`."""
    with path.open("rb") as file:
        start = file.read(4)
    if not start:
        raise ImportRefused(_("The file is empty."))
    if start.startswith(_OLE):
        raise ImportRefused(
            _("The file is protected by a password or in the old XLS format. Save it as XLSX.")
        )
    if start.startswith(_ZIP):
        sheet, headers = workbooks.find_sheet(path)
        return Sniffed("XLSX", _checked(headers), sheet=sheet)
    encoding = _encoding(path)
    delimiter = _delimiter(_first_line(path, encoding))
    headers = next(_csv_lines(path, encoding, delimiter), (0, []))[1]
    return Sniffed("CSV", _checked(headers), encoding, delimiter)


def lines(batch: ImportBatch) -> Iterator[Line]:
    """The lines below the header, blank ones left out. Raises :class:`ImportRefused`."""
    if batch.format == ImportBatch.Format.XLSX:
        found = workbooks.lines(path_of(batch), batch.sheet, MAX_COLUMNS)
    else:
        found = _csv_lines(path_of(batch), batch.encoding, batch.delimiter)
    next(found, None)
    for count, (number, cells) in enumerate(found, start=1):
        if count > MAX_ROWS:
            raise ImportRefused(_("The file has more than %d rows.") % MAX_ROWS)
        yield number, cells


def repeats_header(batch: ImportBatch, cells: list[str]) -> bool:
    """Whether a line is the header again, as in files that were put together from several."""
    return len(cells) >= len(batch.headers) and all(
        cell.strip()[:_LONGEST_NAME] == name
        for cell, name in zip(cells, batch.headers, strict=False)
    )


class _RowTooLong(Exception):
    pass


class _Bounded:
    """The lines of a text; no row of them has more than ``LONGEST_ROW`` characters."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.left = LONGEST_ROW

    def __iter__(self) -> Iterator[str]:
        while line := self._file.readline(self.left + 1):
            self.left -= len(line)
            if self.left < 0:
                raise _RowTooLong
            yield line


def _csv_lines(path: Path, encoding: str, delimiter: str) -> Iterator[Line]:
    with path.open(encoding=encoding, newline="") as file:
        lines = _Bounded(file)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        number = 1
        while True:
            lines.left = LONGEST_ROW
            try:
                cells = next(reader, None)
            except _RowTooLong as error:
                raise ImportRefused(
                    _("Line %(line)d cannot be read: it is longer than %(most)d characters.")
                    % {"line": number, "most": LONGEST_ROW}
                ) from error
            except csv.Error as error:
                raise ImportRefused(
                    _(
                        "Line %(line)d cannot be read: a quotation mark is not closed or stands "
                        "inside a cell, or a cell is longer than 131,000 characters."
                    )
                    % {"line": number}
                ) from error
            except UnicodeError as error:
                raise _no_text() from error
            if cells is None:
                return
            if any(cell.strip() for cell in cells) and not _is_hint(number, cells, delimiter):
                yield number, cells
            number = reader.line_num + 1


def _checked(headers: list[str]) -> list[str]:
    if any("\0" in header for header in headers):
        raise _no_text()
    names = [header.strip()[:_LONGEST_NAME] for header in headers]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise _no_header()
    if len(names) > MAX_COLUMNS:
        raise ImportRefused(_("The file has more than %d columns.") % MAX_COLUMNS)
    seen: set[str] = set()
    for name in filter(None, names):
        if name.casefold() in seen:
            raise ImportRefused(_("Two columns are called “%s”.") % name)
        seen.add(name.casefold())
    return names


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4096)
        if start.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "utf-16"
        if start[1::2].count(0) > len(start) // 3:
            return "utf-16-le"
        if start[0::2].count(0) > len(start) // 3:
            return "utf-16-be"
        file.seek(0)
        if _decodes(file, "utf-8-sig"):
            return "utf-8-sig"
        file.seek(0)
        if _decodes(file, "cp1252"):
            return "cp1252"
    raise _no_text()


def _decodes(file: IO[bytes], encoding: str) -> bool:
    text = io.TextIOWrapper(file, encoding=encoding)
    try:
        while text.read(_BLOCK):
            pass
    except UnicodeError:
        return False
    finally:
        text.detach()
    return True


def _first_line(path: Path, encoding: str) -> str:
    """The first line that is not blank. Raises :class:`ImportRefused` where none is in sight."""
    with path.open(encoding=encoding, newline="") as text:
        try:
            start = text.read(_HEADER_WITHIN)
        except UnicodeError as error:
            raise _no_text() from error
    begin = start.lstrip(_NOTHING)
    if not begin:
        raise _no_header()
    return start[start.rfind("\n", 0, len(start) - len(begin)) + 1 :].partition("\n")[0]


def _is_hint(number: int, cells: list[str], delimiter: str) -> bool:
    """Whether a line only tells Excel the delimiter, as ``sep=;`` does."""
    return number == 1 and delimiter.join(cells).strip().lower() == f"sep={delimiter}"


def _delimiter(header: str) -> str:
    outside = "".join(header.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)


def _no_header() -> ImportRefused:
    return ImportRefused(_("The file has no header line."))


def _no_text() -> ImportRefused:
    return ImportRefused(_("The file is no text of a known encoding. Save it as CSV in UTF-8."))
