"""The sections of the product form, with an address and a count of errors each."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from django.contrib.admin.helpers import Fieldset
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.models import ProductCategory, ProductLink, ProductMedia

#: Sections by the name in their address.
SECTIONS: dict[str, str | Promise] = {
    "basics": _("Basics"),
    "media": _("Media"),
    "pricing": _("Pricing"),
    "seo": _("SEO"),
    "visibility": _("Visibility"),
}
#: The section that a table stands in.
_SECTION_OF: dict[Any, str] = {
    ProductCategory: "basics",
    ProductLink: "basics",
    ProductMedia: "media",
}
_MARK = "in-"


@dataclass
class Section:
    """A part of the form, for the template."""

    name: str
    label: str | Promise
    fieldsets: list[Fieldset] = field(default_factory=list)
    formsets: list[Any] = field(default_factory=list)
    errors: int = 0


def within(section: str, fields: list[Any], **options: Any) -> dict[str, Any]:
    """Options of a fieldset that stands in ``section``."""
    return {"fields": fields, "classes": [f"{_MARK}{section}"], **options}


def plain_sections() -> list[Section]:
    """The sections as links only, for pages beside the form."""
    return [Section(name, label) for name, label in SECTIONS.items()]


def sections_of(admin_form: Iterable[Fieldset], formsets: Iterable[Any]) -> list[Section]:
    """The fieldsets and tables of a form by section."""
    found = {section.name: section for section in plain_sections()}
    for fieldset in admin_form:
        name = next(part for part in fieldset.classes.split() if part.startswith(_MARK))
        section = found[name.removeprefix(_MARK)]
        section.fieldsets.append(fieldset)
        lines: Iterable[Any] = cast("Any", fieldset).fields
        names = [one for line in lines for one in ([line] if isinstance(line, str) else line)]
        section.errors += sum(len(fieldset.form.errors.get(name, [])) for name in names)
    for table in formsets:
        section = found[_SECTION_OF[table.opts.model]]
        section.formsets.append(table)
        section.errors += table.formset.total_error_count() if table.formset.is_bound else 0
    return list(found.values())
