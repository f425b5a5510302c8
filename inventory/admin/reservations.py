"""Units promised to shoppers, in the back office."""

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from audit.admin import AuditedAdmin
from inventory.models import Reservation
from shop.back_office import ReadOnly, badge

_RESERVATION_KINDS = {
    Reservation.Status.ACTIVE: ("info", "clock"),
    Reservation.Status.COMMITTED: ("ok", "check"),
    Reservation.Status.RELEASED: ("", "return"),
    Reservation.Status.EXPIRED: ("", "close"),
}


@admin.register(Reservation)
class ReservationAdmin(ReadOnly, AuditedAdmin):
    """Units promised to shoppers."""

    list_display = ("created_at", "sku", "quantity", "status_badge", "order", "expires_at")
    list_filter = ("status",)
    list_select_related = ("variant", "order")
    search_fields = ("variant__sku", "order__number")
    search_help_text = _("SKU or order number")
    fields = ("created_at", "sku", "stock", "quantity", "status_badge", "order", "expires_at")
    readonly_fields = ("sku", "status_badge")

    @admin.display(description=_("SKU"), ordering="variant__sku")
    def sku(self, reservation: Reservation) -> str:
        return str(reservation.variant.sku)

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, reservation: Reservation) -> SafeString:
        kind = _RESERVATION_KINDS[Reservation.Status(reservation.status)]
        return badge(reservation.get_status_display(), *kind)
