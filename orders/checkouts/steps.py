"""The four steps of checkout for the stepper."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Step:
    name: str
    state: str
    url: str
    value: str = ""


def steps(current: int, *, values: tuple[str, ...] = ()) -> dict[str, object]:
    """Context of ``stepper.html`` with step ``current`` (from 1) under way."""
    names = [_("Address"), _("Delivery"), _("Payment"), _("Review")]
    urls = ["orders:checkout", "orders:delivery", "payments:payment", "payments:review"]
    shown = [
        Step(
            name=name,
            state="done" if number < current else "current" if number == current else "future",
            url=reverse(url),
            value=values[number - 1] if number < current and number <= len(values) else "",
        )
        for number, (name, url) in enumerate(zip(names, urls, strict=True), start=1)
    ]
    return {"steps": shown, "step_number": current, "step_name": names[current - 1]}
