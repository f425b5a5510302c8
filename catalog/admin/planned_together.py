"""Many planned prices called off or moved together: what it would do is shown before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext

from catalog.admin.inlines import MAY_PRICE
from catalog.admin.price_forms import TimesForm
from catalog.errors import CatalogError, ScheduleOver
from catalog.models import PriceSchedule
from catalog.pricing import schedules as price_schedules
from shop.accounts.models import User
from shop.redirects import see_other

#: Planned prices of one action.
MOST = 500
Status = PriceSchedule.Status


@dataclass(frozen=True)
class Outcome:
    """What an action would make of a planned price; ``refusal`` says why nothing."""

    schedule: PriceSchedule
    now: str
    then: str
    refusal: str = ""


class ChangedTogether:
    """The list's actions, for the admin of planned prices."""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)  # type: ignore[misc]
        if request.user.has_perm(MAY_PRICE):
            labels = gettext("Cancel the chosen prices"), gettext("Move the chosen prices")
            actions["cancel_prices"] = (cancel_prices, "cancel_prices", labels[0])
            actions["move_prices"] = (move_prices, "move_prices", labels[1])
        return actions


def cancel_prices(
    page: admin.ModelAdmin, request: HttpRequest, queryset: QuerySet[PriceSchedule]
) -> HttpResponse | None:
    """Show what canceling would do, and do it when it was seen."""
    chosen = _chosen(request, queryset)
    if chosen is None:
        return None
    if "confirmed" in request.POST:
        over = price_schedules.cancel_each(chosen, by=cast("User", request.user))
        count = len(chosen) - len(over)
        done = ngettext("%d price is canceled.", "%d prices are canceled.", count) % count
        return _told(request, done, {row.pk: ScheduleOver() for row in over}, chosen)
    outcomes = [
        Outcome(
            row,
            _time_of(row),
            gettext("The old prices come back now, except where someone has changed them since.")
            if row.status == Status.RUNNING
            else gettext("The price never comes into force."),
            "" if row.status in price_schedules.OPEN else _refusal(ScheduleOver()),
        )
        for row in chosen
    ]
    texts = {"title": gettext("Cancel together"), "confirm": gettext("Cancel these prices")}
    return _page(page, request, outcomes, texts, forms.Form(), is_shown=True)


def move_prices(
    page: admin.ModelAdmin, request: HttpRequest, queryset: QuerySet[PriceSchedule]
) -> HttpResponse | None:
    """Ask for the new time, show what it would do, and move."""
    chosen = _chosen(request, queryset)
    if chosen is None:
        return None
    form = TimesForm(request.POST if "starts_at" in request.POST else None)
    outcomes: list[Outcome] = []
    if form.is_valid():
        times, is_trial = form.cleaned_data, "confirmed" not in request.POST
        left_out = price_schedules.move_each(
            chosen, by=cast("User", request.user), is_trial=is_trial, **times
        )
        if not is_trial:
            count = len(chosen) - len(left_out)
            done = ngettext("%d price is moved.", "%d prices are moved.", count) % count
            return _told(request, done, left_out, chosen)
        outcomes = [
            Outcome(row, _time_of(row), _moved(row, times), _refusal(left_out.get(row.pk)))
            for row in chosen
        ]
    texts = {"title": gettext("Move together"), "confirm": gettext("Move these prices")}
    return _page(page, request, outcomes, texts, form, is_shown=form.is_valid())


def _chosen(request: HttpRequest, queryset: QuerySet[PriceSchedule]) -> list[PriceSchedule] | None:
    if not request.user.has_perm(MAY_PRICE):
        raise PermissionDenied
    rows = queryset.select_related("product", "variant").order_by("starts_at", "pk")
    chosen = list(rows[: MOST + 1])
    if len(chosen) > MOST:
        text = gettext("More than %d prices at once are too many. Narrow the list first.")
        messages.error(request, text % MOST)
        return None
    return chosen


def _page(
    page: admin.ModelAdmin,
    request: HttpRequest,
    outcomes: Sequence[Outcome],
    texts: Mapping[str, str],
    form: forms.Form,
    *,
    is_shown: bool,
) -> HttpResponse:
    context = {
        **page.admin_site.each_context(request),
        **texts,
        "subtitle": None,
        "opts": page.opts,
        "form": form,
        "outcomes": outcomes,
        "is_shown": is_shown,
        "count": sum(not one.refusal for one in outcomes),
        "action": request.POST["action"],
        "chosen": request.POST.getlist("_selected_action"),
        "back": reverse("admin:catalog_priceschedule_changelist"),
    }
    status = 422 if form.errors else 200
    template = "admin/catalog/priceschedule/together.html"
    return TemplateResponse(request, template, context, status=status)


def _told(
    request: HttpRequest,
    done: str,
    left_out: Mapping[UUID, CatalogError],
    chosen: Sequence[PriceSchedule],
) -> HttpResponse:
    messages.success(request, done)
    for row in chosen:
        if row.pk in left_out:
            messages.warning(request, f"{row}: {_refusal(left_out[row.pk])}")
    return see_other(reverse("admin:catalog_priceschedule_changelist"))


def _refusal(error: CatalogError | None) -> str:
    if error is None:
        return ""
    if isinstance(error, ScheduleOver):
        return gettext("It is over already.")
    return gettext("Another price is planned or in force for it in this time.")


def _moved(row: PriceSchedule, times: Mapping[str, Any]) -> str:
    starts_at = row.starts_at if row.status == Status.RUNNING else times["starts_at"]
    return _time_of(PriceSchedule(starts_at=starts_at, ends_at=times["ends_at"]))


def _time_of(row: PriceSchedule) -> str:
    starts, ends = (
        date_format(localtime(moment), "SHORT_DATETIME_FORMAT") if moment else ""
        for moment in (row.starts_at, row.ends_at)
    )
    return f"{starts} – {ends}" if ends else gettext("from %s") % starts
