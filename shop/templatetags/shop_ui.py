"""Small parts that every page draws: icons and stars."""

from collections.abc import Iterable
from functools import lru_cache

from django import template
from django.conf import settings
from django.forms import BaseForm
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

register = template.Library()

#: Width of the row of five stars, in the units of the drawing.
_STARS = 120


@register.simple_tag
@lru_cache(maxsize=500)
def icon(name: str, *, small: bool = False, label: str = "") -> SafeString:
    """The icon ``name`` of the sprite; decorative unless it has a ``label``."""
    return format_html(
        '<svg class="c-icon{}" width="24" height="24"{}><use href="{}#{}"/></svg>',
        " c-icon--small" if small else "",
        format_html(' role="img" aria-label="{}"', label)
        if label
        else format_html(' aria-hidden="{}"', "true"),
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def return_days() -> int:
    """For how many days after it arrived something may be sent back."""
    return int(settings.SHOP_RETURN_DAYS)


@register.simple_tag
def tax_note() -> str:
    """What the shop's prices contain, and what comes on top of them."""
    if settings.SHOP_PRICES_INCLUDE_TAX:
        return gettext("incl. VAT, plus delivery")
    return gettext("plus VAT and delivery")


@register.filter
def any_errors(forms: Iterable[BaseForm] | None) -> bool:
    """Whether one of the forms was submitted and refused."""
    return any(form.errors for form in forms or ())


@register.filter
def star_width(rating: float) -> int:
    """How much of the row of stars is filled, in units of the drawing, for 0 to 5."""
    return round(min(max(float(rating), 0.0), 5.0) / 5 * _STARS)
