"""Deciding on many reviews at once: shown as they read now, decided one by one."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from catalog.models import Review
from catalog.reviewing import moderation


class BulkModeration:
    """The actions of the list of reviews and the page behind them."""

    admin_site: admin.AdminSite
    opts: Any
    #: Offered for a rejection.
    reasons: Sequence[str | Promise] = ()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.bulk_view)
        own = path("decide/", view, name="catalog_review_bulk")
        return [own, *super().get_urls()]  # type: ignore[misc]

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        """Who may decide; the actions ask for it by its name."""
        return request.user.has_perm("catalog.change_review")

    @admin.action(description=_("Publish…"), permissions=["moderate"])
    def approve_selected(self, request: HttpRequest, queryset: QuerySet[Review]) -> HttpResponse:
        return self._bulk_page(request, queryset, is_rejection=False)

    @admin.action(description=_("Reject with a reason…"), permissions=["moderate"])
    def reject_selected(self, request: HttpRequest, queryset: QuerySet[Review]) -> HttpResponse:
        return self._bulk_page(request, queryset, is_rejection=True)

    def bulk_view(self, request: HttpRequest) -> HttpResponse:
        """Decide on what the page before has listed, and say what came of it."""
        if not self.has_moderate_permission(request):
            raise PermissionDenied
        is_rejection = request.POST.get("act") == "reject"
        reason = request.POST.get("reason", "").replace("\0", "").strip()[:300]
        seen = list(filter(None, map(_seen, request.POST.getlist("seen"))))
        if is_rejection and not reason:
            rows = Review.objects.filter(pk__in=[pk for pk, _version in seen])
            return self._bulk_page(request, rows, is_rejection=True, has_error=True)
        made, missed = moderation.decide_all(
            seen, reason=reason if is_rejection else "", actor_id=request.user.pk
        )
        if is_rejection:
            text = ngettext("%d review rejected.", "%d reviews rejected.", made)
        else:
            text = ngettext("%d review published.", "%d reviews published.", made)
        messages.success(request, text % made)
        if missed:
            text = ngettext(
                "%d had changed since and was left alone.",
                "%d had changed since and were left alone.",
                missed,
            )
            messages.warning(request, text % missed)
        return HttpResponseRedirect(reverse("admin:catalog_review_changelist"))

    def _bulk_page(
        self,
        request: HttpRequest,
        rows: QuerySet[Review],
        *,
        is_rejection: bool,
        has_error: bool = False,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Reject reviews") if is_rejection else gettext("Publish reviews"),
            "subtitle": None,
            "opts": self.opts,
            "reviews": rows.select_related("product"),
            "is_rejection": is_rejection,
            "has_error": has_error,
            "reasons": self.reasons,
        }
        status = 422 if has_error else 200
        return TemplateResponse(request, "admin/catalog/review/bulk.html", context, status=status)


def _seen(text: str) -> tuple[UUID, int] | None:
    """Key and version of "key.version"."""
    key, _dot, version = text.partition(".")
    if not (version.isascii() and version.isdigit()) or len(version) > 9:
        return None
    try:
        return UUID(key), int(version)
    except ValueError:
        return None
