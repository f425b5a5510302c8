"""Which column of a file is which of ours: guessed by name, or as people chose before."""

import re

from django.utils.translation import gettext as _

from catalog.imports import columns
from catalog.imports.columns import Level
from catalog.imports.errors import ImportRefused
from catalog.models import ImportBatch
from inventory.models import Location
from shop.accounts.models import User

_STOCK_WORDS = frozenset(
    {"stock", "on hand", "quantity", "inventory", "variant inventory qty", "stock on hand"}
)
_OPTION_WORDS = {"color": "option:color", "colour": "option:color", "size": "option:size"}
#: Earlier imports whose choices are remembered.
REMEMBERED = 20


def choices() -> list[tuple[str, str]]:
    """Every column a header can be matched with, as name and label."""
    plain = [(column.name, str(column.label)) for column in columns.COLUMNS if not column.means]
    minor = [
        (column.name, _("%s in minor units") % column.label)
        for column in columns.COLUMNS
        if column.means
    ]
    families = [("option:color", columns.described("option:color"))]
    families.append(("option:size", columns.described("option:size")))
    families += [
        (f"attribute:{part}", columns.described(f"attribute:{part}"))
        for part in ("material", "weight", "care", "fit", "origin")
    ]
    families += [
        (f"stock:{code}", columns.described(f"stock:{code}"))
        for code in Location.objects.values_list("code", flat=True)
    ]
    return [*plain, *families, *minor]


def guess(headers: list[str]) -> dict[str, str]:
    """A column for each header, "" where none is known; no column twice."""
    remembered = _remembered(headers)
    default = Location.objects.order_by("priority", "code").values_list("code", flat=True).first()
    taken: set[str] = set()
    mapping = {}
    for header in filter(None, headers):
        name = remembered.get(header)
        if name is None or (name and columns.column(name) is None):
            name = _by_name(header, default)
        key = columns.known(name).key if name else ""
        mapping[header] = "" if key in taken else name
        taken.add(key)
    return mapping


def check(mapping: dict[str, str], headers: list[str], user: User | None) -> None:
    """Refuse a mapping that cannot work, or columns that ``user`` may not write.

    ``user`` None is the system, which may everything. Raises :class:`ImportRefused`.
    """
    used = {header: name for header, name in mapping.items() if name and header in headers}
    if unknown := sorted(name for name in used.values() if columns.column(name) is None):
        raise ImportRefused(_("There is no column %s.") % ", ".join(unknown))
    keys = [columns.known(name).key for name in used.values()]
    if twice := sorted({columns.described(key) for key in keys if keys.count(key) > 1}):
        raise ImportRefused(_("Matched more than once: %s.") % ", ".join(twice))
    if "sku" not in keys:
        raise ImportRefused(_("No column is matched with “SKU”, which tells the rows apart."))
    codes = {name.partition(":")[2] for name in keys if columns.known(name).level is Level.STOCK}
    known_codes = set(Location.objects.filter(code__in=codes).values_list("code", flat=True))
    if gone := sorted(codes - known_codes):
        raise ImportRefused(_("There is no location %s.") % ", ".join(gone))
    if user is not None:
        refuse_forbidden(mapping, user)


def refuse_forbidden(mapping: dict[str, str], user: User) -> None:
    """Raises :class:`ImportRefused` when the file writes what ``user`` may not."""
    found = [columns.known(name) for name in mapping.values() if name]
    lacking = [
        columns.described(column.name)
        for column in found
        if column.permission and not user.has_perm(column.permission)
    ]
    if lacking:
        raise ImportRefused(_("You may not change these columns: %s.") % ", ".join(lacking))


def _by_name(header: str, default_location: str | None) -> str:
    word = re.sub(r"[\s_-]+", " ", header).strip().casefold()
    exact = header.strip()
    if columns.column(exact):
        return exact
    underscored = word.replace(" ", "_")
    if columns.column(underscored):
        return underscored
    if word in _OPTION_WORDS:
        return _OPTION_WORDS[word]
    if word in _STOCK_WORDS:
        return f"stock:{default_location}" if default_location else ""
    for column in columns.COLUMNS:
        if word == str(column.label).casefold() or word in column.synonyms:
            return column.name
    return ""


def _remembered(headers: list[str]) -> dict[str, str]:
    earlier = (
        ImportBatch.objects.exclude(mapping={})
        .filter(headers__overlap=headers)
        .order_by("-created_at")
        .values_list("mapping", flat=True)
    )
    found: dict[str, str] = {}
    for mapping in earlier[:REMEMBERED]:
        for header, name in mapping.items():
            found.setdefault(header, name)
    return found
