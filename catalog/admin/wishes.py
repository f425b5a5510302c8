"""Who waits for which piece, in the back office. Wishlists are their owners' own and not shown."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from catalog.models import Subscription
from shop.back_office import ReadOnly, badge

Status = Subscription.Status
_KINDS = {
    Status.ACTIVE: ("warn", "clock"),
    Status.DUE: ("info", "clock"),
    Status.SENT: ("ok", "check"),
    Status.CANCELED: ("", "close"),
}


def waiting_count(variant: str) -> Coalesce:
    """How many wait for the variant that ``variant`` names in the outer query to be back."""
    rows = Subscription.objects.filter(
        variant=OuterRef(variant), kind=Subscription.Kind.BACK_IN_STOCK, status=Status.ACTIVE
    )
    people = rows.order_by().values("variant").annotate(people=Count("pk")).values("people")
    return Coalesce(Subquery(people), 0)


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnly, AuditedAdmin):
    """Shoppers ask and end it themselves; staff sees what is missed most."""

    records_views = True
    list_display = ("variant", "kind", "email", "status_badge", "waiting", "created_at")
    list_filter = ("kind", "status")
    list_select_related = ("variant",)
    search_fields = ("variant__sku", "variant__product__title", "email")
    search_help_text = _("SKU, product or e-mail address")
    ordering = ("-created_at",)
    fields = (
        "variant",
        "kind",
        "email",
        "user",
        "language",
        "status_badge",
        "created_at",
        "due_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscription]:
        rows = cast("QuerySet[Subscription]", super().get_queryset(request))
        return rows.annotate(people=waiting_count("variant"))

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, subscription: Subscription) -> SafeString:
        return badge(subscription.get_status_display(), *_KINDS[Status(subscription.status)])

    @admin.display(description=_("wait for the variant"), ordering="people")
    def waiting(self, subscription: Any) -> int:
        return int(subscription.people)
