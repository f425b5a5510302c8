"""The four steps of checkout for the stepper."""

from dataclasses import dataclass, replace
from functools import lru_cache

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Step:
    name: str
    state: str
    url: str
    value: str = ""


def steps(current: int, *, values: tuple[str, ...] = ()) -> dict[str, object]:
    """Context of ``stepper.html`` with step ``current`` (from 1) under way."""
    shown = _without_values(current, get_language() or "")
    told = [
        replace(step, value=value)
        for step, value in zip(shown, values[: current - 1], strict=False)
    ]
    return {
        "steps": [*told, *shown[len(told) :]],
        "step_number": current,
        "step_name": shown[current - 1].name,
    }


@lru_cache(maxsize=50)
def _without_values(current: int, _language: str) -> tuple[Step, ...]:
    names = [_("Address"), _("Delivery"), _("Payment"), _("Review")]
    urls = ["orders:checkout", "orders:delivery", "payments:payment", "payments:review"]
    return tuple(
        Step(
            name=name,
            state="done" if number < current else "current" if number == current else "future",
            url=reverse(url),
        )
        for number, (name, url) in enumerate(zip(names, urls, strict=True), start=1)
    )
