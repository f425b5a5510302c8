"""XLSX files: which of their sheets has the products, and its rows.

The parts of a workbook are measured before any is unpacked, so a small file cannot become a
huge one.
"""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import uuid4
from xml.sax import SAXException

from defusedxml.ElementTree import (  # type: ignore[import-untyped]
    ParseError,
    fromstring,
)
from django.utils.translation import gettext as _

from catalog.imports import sheets
from catalog.imports.errors import ImportRefused

#: Unpacked size of all parts, of the texts, which are kept in a temporary file, and of a part that
#: is read into memory: names, styles.
MAX_UNPACKED = 2 * 1024**3
MAX_SHARED = 200 * 1024**2
MAX_SMALL = 5 * 1024**2
#: A part larger than ``SMALL_PART`` that shrank more than this was made to hurt.
MAX_RATIO = 200
SMALL_PART = 10 * 1024**2
#: How far into a sheet its header line may begin, in bytes.
HEADER_WITHIN = 1024**2
#: Sheets that are searched for one with products.
MAX_SHEETS = 50
_ENCRYPTED = 0x1


@dataclass(frozen=True)
class Book:
    """An open workbook: the parts of its sheets by title, and what their cells refer to."""

    archive: zipfile.ZipFile
    parts: dict[str, str]
    texts: sheets.Texts
    dates: sheets.Dates

    def rows(
        self, title: str, most_columns: int, most_bytes: int | None = None
    ) -> Iterator[sheets.Row]:
        part = self.parts[title]
        return sheets.rows(self.archive, part, self.texts, self.dates, most_columns, most_bytes)


def new_name() -> str:
    """A file name nobody has."""
    return uuid4().hex


def find_sheet(path: Path) -> tuple[str, list[str]]:
    """The first sheet with a header line that has a SKU or product, and its headers.

    Raises :class:`ImportRefused`.
    """
    _measure(path)
    with _opened(path) as book:
        first: tuple[str, list[str]] | None = None
        for title in islice(book.parts, MAX_SHEETS):
            _number, headers = next(book.rows(title, 201, HEADER_WITHIN), (0, []))
            if headers and first is None:
                first = title, headers
            words = {header.strip().casefold() for header in headers}
            if words & {"sku", "product", "handle", "slug", "variant sku"}:
                return title, headers
        if first is None or len(book.parts) > 1:
            raise ImportRefused(
                _("None of the sheets %s begins with a header line that has a column “sku”.")
                % ", ".join(f"“{name}”" for name in book.parts)
            )
        return first


def lines(path: Path, sheet: str, most_columns: int) -> Iterator[sheets.Row]:
    """Number and cells of each row that is not blank. Raises :class:`ImportRefused`."""
    _measure(path)
    with _opened(path) as book:
        yield from book.rows(sheet, most_columns + 1)


@contextmanager
def _opened(path: Path) -> Iterator[Book]:
    try:
        with zipfile.ZipFile(path) as archive, ExitStack() as stack:
            main = _related(archive, "", "officeDocument")["officeDocument"]
            parts = _related(archive, main, "sharedStrings", "styles")
            book = _tree(archive, main)
            properties: Any = next(sheets.named(book, "workbookPr"), {})
            yield Book(
                archive,
                _sheets(archive, main, book),
                sheets.Texts(stack, archive, parts.get("sharedStrings", "")),
                sheets.Dates(
                    _tree(archive, parts["styles"]) if "styles" in parts else None,
                    properties.get("date1904") in ("1", "true"),
                ),
            )
    except ImportRefused:
        raise
    except sheets.TooLong as error:
        raise ImportRefused(_("A cell is longer than 131,000 characters.")) from error
    except sheets.Merged as error:
        raise ImportRefused(
            _("The cells %s are merged. Give each cell its own value, and upload the file again.")
            % error
        ) from error
    except (
        zipfile.BadZipFile,
        zlib.error,
        SAXException,
        ParseError,
        KeyError,
        ValueError,
        OverflowError,
        NotImplementedError,
        OSError,
        EOFError,
    ) as error:
        raise ImportRefused(_("The file is no workbook that can be read.")) from error


def _sheets(archive: zipfile.ZipFile, main: str, book: Any) -> dict[str, str]:
    """The part of each worksheet by its title, in order."""
    parts = {row.get("Id"): row for row in _relations(archive, main)}
    found = {}
    for row in sheets.named(book, "sheet"):
        reference = next((value for name, value in row.items() if name.endswith("}id")), None)
        part = parts.get(reference)
        if part is not None and part.get("Type", "").endswith("/worksheet"):
            found[row.get("name", "")] = _target(main, part)
    return found


def _related(archive: zipfile.ZipFile, owner: str, *kinds: str) -> dict[str, str]:
    """The parts of these kinds that ``owner`` refers to."""
    return {
        kind: _target(owner, row)
        for row in _relations(archive, owner)
        if (kind := row.get("Type", "").rpartition("/")[2]) in kinds
    }


def _relations(archive: zipfile.ZipFile, owner: str) -> list[Any]:
    path = PurePosixPath(owner)
    return list(_tree(archive, str(path.parent / "_rels" / f"{path.name}.rels")))


def _target(owner: str, relation: Any) -> str:
    return str(PurePosixPath("/", owner).parent / relation.get("Target", "")).lstrip("/")


def _tree(archive: zipfile.ZipFile, part: str) -> Any:
    if archive.getinfo(part).file_size > MAX_SMALL:
        raise ImportRefused(_("The file is no workbook that can be read."))
    return fromstring(archive.read(part), forbid_dtd=True)


def _measure(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise ImportRefused(_("The file is no workbook that can be read.")) from error
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise ImportRefused(_("The file is protected by a password."))
    swollen = any(
        part.file_size > SMALL_PART and part.file_size > MAX_RATIO * max(part.compress_size, 1)
        for part in parts
    )
    shared = sum(part.file_size for part in parts if "sharedStrings" in part.filename)
    unpacked = sum(part.file_size for part in parts)
    if swollen or unpacked > MAX_UNPACKED or shared > MAX_SHARED or len(parts) > 2000:
        raise ImportRefused(_("The workbook unpacks to far more than it should. Save it as CSV."))
