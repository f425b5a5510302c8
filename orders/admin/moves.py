"""The steps staff may take with an order or a parcel, each behind a page that says what happens.

A step that is not possible is not offered, and says why.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders.admin.forms import (
    CancelForm,
    MailForm,
    NoteForm,
    ParcelForm,
    TagsForm,
    WayForm,
    letters_of,
)
from orders.documents import invoices
from orders.edits import differences
from orders.mailing import mails
from orders.models import (
    InvoiceKind,
    Order,
    OrderAddress,
    OrderEvent,
    OrderMail,
    OrderNote,
    Shipment,
)
from orders.placed import addresses, fulfillment, lifecycle, notes, refundable, status
from shop.accounts.forms import AddressForm
from shop.accounts.masking import sees_people
from shop.money import format_money

Status = Order.Status
Data = Mapping[str, Any] | None
#: Money goes back only by those who may refund.
FULFILL, REFUND = "orders.change_order", "payments.change_payment"


def _plain(subject: Any, data: Data) -> forms.Form:
    return forms.Form(data)


@dataclass(frozen=True)
class Move:
    """A step with ``subject``, an order or a parcel; ``refusal`` says why not, or nothing.

    ``act`` is called with the subject, the valid form and who acts. It raises an
    :class:`~orders.errors.OrdersError` when somebody else was quicker.
    """

    name: str
    label: str | Promise
    refusal: Callable[[Any], str]
    consequence: Callable[[Any], str]
    act: Callable[[Any, Any, UUID | None], object]
    form: Callable[[Any, Data], forms.Form] = _plain
    is_destructive: bool = False
    #: Offered apart from the steps of the order, where it belongs on the page.
    is_aside: bool = False
    permission: str = FULFILL
    #: Its page names the customer.
    names_buyer: bool = False
    #: The page that says what the step does.
    template: str = "admin/orders/order/step.html"
    #: What is said of what :attr:`act` returned, with its level.
    told: Callable[[Any], tuple[int, str]] | None = None
    #: The same for a step that does as it says, where its status says too little of it.
    done: Callable[[Any], str] | None = None

    def is_open_to(self, request: HttpRequest, order: Order) -> bool:
        """Whether the person may take it with this order."""
        gives_back = self.name == "cancel" and order.paid_at is not None
        return (
            request.user.has_perm(self.permission)
            and (not gives_back or request.user.has_perm(REFUND))
            and (not self.names_buyer or sees_people(request.user))
        )


def _said(text: str | Promise) -> Callable[[Any], str]:
    return lambda subject: str(text)


def _where(sent: str | Promise, collected: str | Promise) -> Callable[[Any], str]:
    """What is said of an order or a parcel that travels, and of one that is collected."""

    def words(subject: Any) -> str:
        order = subject if isinstance(subject, Order) else subject.order
        return str(collected if order.is_pick_up else sent)

    return words


def _must_be(*statuses: str) -> Callable[[Any], str]:
    def refusal(subject: Any) -> str:
        if subject.status in statuses:
            return ""
        return gettext("it is %(status)s") % {"status": subject.get_status_display()}

    return refusal


def _pack_refusal(order: Any) -> str:
    edit, lapsed = differences.awaited(order), differences.lapsed(order)
    if edit is not None or lapsed is not None:
        amount = format_money(edit.due if edit else lapsed.lapsed_amount, order.currency)
        return gettext("%(amount)s is still to be paid") % {"amount": amount}
    return _must_be(Status.PAID)(order) or _goods_refusal(order)


def _goods_refusal(order: Any) -> str:
    """Nothing can be packed while all that is left to pack has still to come."""
    waiting = sum(row.waiting for row in order.backorders.all())
    ordered = sum(item.quantity for item in order.items.all() if not item.is_digital)
    packed = sum(row.quantity for parcel in _live(order) for row in parcel.items.all())
    return gettext("its goods have not come yet") if 0 < ordered - packed <= waiting else ""


def _live(order: Any) -> list[Shipment]:
    return [row for row in order.shipments.all() if row.status != Shipment.Status.CANCELED]


def _cancel_refusal(order: Any) -> str:
    if any(row.status != Shipment.Status.PACKED for row in _live(order)):
        return gettext("a parcel has left")
    return _must_be(Status.PENDING, Status.PAID, Status.FULFILLED)(order)


def _cancel_words(order: Order) -> str:
    if order.paid_at is None:
        return gettext("The order becomes Canceled for good and its stock is free again.")
    payments: Any = order.payments
    held = sum(row.held_amount for row in payments.all())
    amount = max(0, refundable.of_order(order).amount_left - held)
    words = gettext(
        "The order becomes Canceled for good: %(amount)s goes back to the customer, packed parcels "
        "are unpacked, and the units are for sale again."
    )
    if held:
        words = gettext(
            "The order becomes Canceled for good: %(held)s are not charged, %(amount)s goes back "
            "to the customer, packed parcels are unpacked, and the units are for sale again."
        )
    facts = {
        "amount": format_money(amount, order.currency),
        "held": format_money(held, order.currency),
    }
    return words % facts


def _cancel(order: Order, form: forms.Form, actor_id: UUID | None) -> Order:
    act = lifecycle.call_off if order.paid_at else lifecycle.cancel
    return act(order.pk, reason=form.cleaned_data["reason"], actor_id=actor_id)


def _ship(order: Order, form: ParcelForm, actor_id: UUID | None) -> Shipment:
    act = fulfillment.ship if form.cleaned_data["has_left"] else fulfillment.pack
    return act(
        order_id=order.pk,
        quantities=form.quantities,
        key=form.cleaned_data["key"],
        way=form.way,
        actor_id=actor_id,
    )


def _parcel_form(order: Any, data: Data) -> ParcelForm:
    return ParcelForm(
        data,
        items=list(order.items.all()),
        left=fulfillment.packable(order.pk),
        carrier=Shipment.Carrier.of(order.shipping_method.carrier if order.shipping_method else ""),
    )


def _sent(parcel: Shipment) -> str:
    if parcel.status == Shipment.Status.PACKED:
        return gettext("the parcel is packed")
    return _where(_("the parcel has left"), _("the parcel lies ready"))(parcel)


def _written(note: OrderNote) -> str:
    is_message = note.kind == OrderNote.Kind.CUSTOMER
    return gettext("the message goes out") if is_message else gettext("the note is kept")


def _address_refusal(order: Any) -> str:
    if _live(order):
        return gettext("a parcel is packed")
    return _must_be(Status.PENDING, Status.PAID)(order)


def _address_form(order: Any, data: Data) -> AddressForm:
    current = addresses.newest(order.addresses.all())[OrderAddress.Type.SHIPPING]
    country = str(current.country)
    initial = AddressForm.initial_from(vars(current) | {"country": country})
    return AddressForm(data, countries=[country], initial=initial)


def _change_address(order: Order, form: forms.Form, actor_id: UUID | None) -> OrderAddress:
    return addresses.change(order_id=order.pk, address=form.cleaned_data, actor_id=actor_id)


def _send_mail(order: Order, form: forms.Form, actor_id: UUID | None) -> None:
    kind = OrderMail.Kind(form.cleaned_data["kind"])
    mails.send_again(order, kind, reason=str(form.cleaned_data["key"]))
    status.happened(order, OrderEvent.Kind.MAILED, actor_id=actor_id, note=str(kind.label))


def _invoice_refusal(order: Any) -> str:
    if any(row.kind == InvoiceKind.INVOICE for row in order.invoices.all()):
        return gettext("there is one")
    return "" if order.paid_at else gettext("nobody has paid yet")


def _write(order: Order, form: forms.Form, actor_id: UUID | None) -> OrderNote:
    return notes.write(order_id=order.pk, actor_id=actor_id, **form.cleaned_data)


def _tag(order: Order, form: forms.Form, actor_id: UUID | None) -> list[str]:
    names = form.cleaned_data["tags"].split(",")
    return notes.tag(order_id=order.pk, names=names, actor_id=actor_id)


def _tags_form(order: Any, data: Data) -> TagsForm:
    return TagsForm(data, initial={"tags": ", ".join(tag.name for tag in order.tags.all())})


ORDER_MOVES = (
    Move(
        "parcel",
        _("Ship a parcel"),
        _pack_refusal,
        _said(_("The units go into one parcel. With the last of them the order becomes Packed.")),
        _ship,
        form=_parcel_form,
        done=_sent,
    ),
    Move(
        "pack",
        _("Mark as packed"),
        _pack_refusal,
        _said(_("What is here goes into one parcel; with the last the order becomes Packed.")),
        lambda order, form, actor_id: lifecycle.mark_fulfilled(order.pk, actor_id=actor_id),
        done=_said(_("what is here is packed")),
    ),
    Move(
        "ship",
        _("Mark as shipped"),
        _must_be(Status.FULFILLED),
        _where(
            _("All parcels have left; the order becomes Shipped and its customer is told."),
            _("All of it lies ready; the order becomes Shipped, its customer is told to come."),
        ),
        lambda order, form, actor_id: lifecycle.mark_shipped(order.pk, actor_id=actor_id),
    ),
    Move(
        "deliver",
        _("Mark as delivered"),
        _must_be(Status.SHIPPED),
        _where(
            _("All parcels have arrived; the order becomes Delivered."),
            _("All of it was collected; the order becomes Delivered."),
        ),
        lambda order, form, actor_id: lifecycle.mark_delivered(order.pk, actor_id=actor_id),
    ),
    Move(
        "address",
        _("Edit address"),
        _address_refusal,
        _said(_("The parcel goes there. The old address stays in the history of the order.")),
        _change_address,
        form=_address_form,
        done=_said(_("the address is changed")),
        names_buyer=True,
    ),
    Move(
        "mail",
        _("Resend e-mail"),
        lambda order: "" if letters_of(order) else gettext("there is none"),
        lambda order: gettext("It goes to %(email)s once more.") % {"email": order.email},
        _send_mail,
        form=lambda order, data: MailForm(data, order=order),
        done=_said(_("the e-mail goes out once more")),
        names_buyer=True,
    ),
    Move(
        "invoice",
        _("Issue invoice"),
        _invoice_refusal,
        _said(_("It gets the next number and cannot be changed any more.")),
        lambda order, form, actor_id: invoices.issue_invoice(order.pk),
        done=lambda issued: gettext("%(number)s is issued") % {"number": issued.number},
    ),
    Move(
        "cancel",
        _("Cancel order"),
        _cancel_refusal,
        _cancel_words,
        _cancel,
        form=lambda order, data: CancelForm(data),
        is_destructive=True,
    ),
    Move(
        "write",
        _("Write"),
        _said(""),
        _said(_("A message is mailed to the customer and shown on the page of the order.")),
        _write,
        form=lambda order, data: NoteForm(data),
        done=_written,
        is_aside=True,
    ),
    Move(
        "tags",
        _("Edit tags"),
        _said(""),
        _said(_("The list of orders can be filtered by them.")),
        _tag,
        form=_tags_form,
        done=_said(_("the tags are kept")),
        is_aside=True,
    ),
)

PARCEL_MOVES = (
    Move(
        "send",
        _("It has left"),
        _must_be(Shipment.Status.PACKED),
        _where(
            _("The parcel is on its way; with the last one the order becomes Shipped."),
            _("It lies ready, its customer is told; with the last one the order becomes Shipped."),
        ),
        lambda parcel, form, actor_id: fulfillment.send(
            shipment_id=parcel.pk, way=form.way, actor_id=actor_id
        ),
        form=lambda parcel, data: WayForm(data, initial=WayForm.initial_from(parcel)),
        done=_sent,
    ),
    Move(
        "arrive",
        _("It has arrived"),
        _must_be(Shipment.Status.SHIPPED),
        _where(
            _("The parcel is Delivered; with the last one the order becomes Delivered."),
            _("It was collected; with the last one the order becomes Delivered."),
        ),
        lambda parcel, form, actor_id: fulfillment.arrive(shipment_id=parcel.pk, actor_id=actor_id),
        done=_where(_("the parcel has arrived"), _("the parcel was collected")),
    ),
    Move(
        "unpack",
        _("Unpack"),
        lambda parcel: (
            _must_be(Shipment.Status.PACKED)(parcel) or _must_be(Status.PAID)(parcel.order)
        ),
        _said(_("Its units wait to be packed again, and its tracking number is free.")),
        lambda parcel, form, actor_id: fulfillment.unpack(shipment_id=parcel.pk, actor_id=actor_id),
        done=_said(_("the parcel is unpacked")),
        is_destructive=True,
    ),
)


#: Steps that rooms above bring along.
_added: list[Move] = []


def add(move: Move) -> None:
    """Offer ``move`` with every order; called once when its room is loaded."""
    _added.append(move)


def order_moves() -> tuple[Move, ...]:
    """All steps with an order."""
    return (*ORDER_MOVES, *_added)


def find(moves: tuple[Move, ...], name: str) -> Move | None:
    """The step of that name."""
    return next((move for move in moves if move.name == name), None)


def offered(request: HttpRequest, order: Any) -> tuple[list[Move], list[tuple[Move, str]]]:
    """The steps that are possible from where the order is, and the others with the reason."""
    open_moves, refused = [], []
    for move in order_moves():
        if move.is_aside or not move.is_open_to(request, order):
            continue
        reason = move.refusal(order)
        if reason:
            refused.append((move, reason))
        else:
            open_moves.append(move)
    return open_moves, refused


def of_parcel(request: HttpRequest, parcel: Shipment) -> list[Move]:
    """The steps that are possible with a parcel, whose order is read already."""
    return [
        move
        for move in PARCEL_MOVES
        if move.is_open_to(request, parcel.order) and not move.refusal(parcel)
    ]
