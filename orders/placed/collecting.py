"""What an order that its customer collects is called on its way: nothing of it travels to them."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from orders import summary
from orders.models import Order, Shipment

Status = Order.Status

#: Of the order and of its parcels alike.
_NAMES: dict[str, Promise] = {
    Status.SHIPPED: gettext_lazy("Ready to collect"),
    Status.DELIVERED: gettext_lazy("Collected"),
}


def step_name(order: Order, status: Order.Status) -> str:
    """What the order's customer reads for ``status``."""
    return str(_NAMES.get(status, status.label) if order.is_pick_up else status.label)


def parcel_status(order: Order, parcel: Shipment) -> str:
    """What the order's customer reads for how far ``parcel`` is."""
    own = _NAMES.get(parcel.status) if order.is_pick_up else None
    return str(own or parcel.get_status_display())


def sent_note(order: Order, *, sent: int, ordered: int) -> str:
    """How many pieces have left, or lie ready."""
    text = _("%(sent)d of %(ordered)d pieces have left")
    if order.is_pick_up:
        text = _("%(sent)d of %(ordered)d pieces are ready")
    return text % {"sent": sent, "ordered": ordered}


def words_of(order: Order, *, sent: int, ordered: int, waits: bool) -> str:
    """How far a paid order is that is collected, in a sentence; ``waits``: for goods to come."""
    match order.status:
        case Status.DELIVERED:
            return _("Collected. We hope it fits.")
        case Status.SHIPPED:
            return _("Ready for you to collect.")
        case _ if sent:
            text = ngettext(
                "Partly ready: you can collect %(sent)d of %(ordered)d piece.",
                "Partly ready: you can collect %(sent)d of %(ordered)d pieces.",
                ordered,
            )
            return text % {"sent": sent, "ordered": ordered}
        case Status.FULFILLED:
            return _("Packed. We write to you when you can collect it.")
        case _ if waits:
            return _("Paid. Not all of it is here yet; we write when you can collect it.")
    days = summary.arrival(order.delivery_from, order.delivery_until)
    if days:
        return _("Paid. We pack it now; it will be ready %(days)s.") % {"days": days}
    return _("Paid. We pack it now.")
