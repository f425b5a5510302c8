"""The values of a filter group. A listing draws over a hundred: in Python, not as includes."""

from collections.abc import Iterable

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from catalog.listings.facet_groups import FacetValue

register = template.Library()

_DOT = (
    '<svg class="c-facets__dot" viewBox="0 0 28 28" width="20" height="20" aria-hidden="true"'
    '><circle class="c-swatches__edge" cx="14" cy="14" r="13.5" fill="{}"/></svg>'
)


@register.simple_tag
def facet_values(
    values: Iterable[FacetValue], key: str, suffix: str, *, start: int = 1
) -> SafeString:
    """A check box for each value of the group ``key``; ids count from ``start``."""
    name, prefix = escape(key), escape(f"{suffix}-{key}")
    products = escape(gettext("products"))
    pieces = []
    for number, value in enumerate(values, start=start):
        state = " checked" if value.selected else " disabled" if value.is_disabled else ""
        dot = _DOT.format(escape(value.hex)) if value.hex else ""
        count = ""
        if value.count is not None:
            more = "+" if value.is_more else ""
            count = (
                f'<span class="c-facets__count">{value.count}{more}'
                f'<span class="u-hidden-visually"> {products}</span></span>'
            )
        pieces.append(
            f'<label class="c-facets__value"><input type="checkbox" name="{name}"'
            f' value="{escape(value.value)}" id="{prefix}-{number}"{state}>{dot}'
            f"<span>{escape(value.label)}</span>{count}</label>"
        )
    return mark_safe("".join(pieces))  # noqa: S308 # nosec B308 B703
