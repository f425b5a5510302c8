"""What is written on orders: notes and tags of staff, messages to the customer and from them."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import urljoin
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from procrastinate.contrib.django import app

from audit import recording
from orders.models import Order, OrderEvent, OrderNote, OrderTag
from orders.placed import announcements, status
from shop import mail

#: Tags of one order.
MOST_TAGS = 20
#: Name of the job that mails a message.
SEND_MESSAGE: Final = "orders.send_message"


def write(
    *, order_id: UUID, kind: OrderNote.Kind, text: str, key: UUID, actor_id: UUID | None = None
) -> OrderNote:
    """Write a note; the same ``key`` again returns the one that is there.

    A message to the customer emits ``order.message``, whose payload names the note.
    """
    with recording.batch():
        order = Order.objects.select_for_update().get(pk=order_id)
        note, is_new = OrderNote.objects.get_or_create(
            key=key,
            defaults={"order": order, "kind": kind, "text": text, "author_id": actor_id},
        )
        if is_new and kind == OrderNote.Kind.CUSTOMER:
            announcements.announce(order, "message", note=str(note.pk))
        return note


def receive(*, order_id: UUID, text: str, key: UUID, author_id: UUID | None = None) -> OrderNote:
    """Take a message of the customer; the same ``key`` again returns the one that is there.

    Staff find it in the queue of messages to answer (:func:`orders.placed.queues.to_answer`).
    """
    with recording.batch():
        order = Order.objects.select_for_update(no_key=True).get(pk=order_id)
        note: OrderNote = order.notes.get_or_create(
            key=key,
            defaults={"kind": OrderNote.Kind.INCOMING, "text": text, "author_id": author_id},
        )[0]
        return note


def queue(note_id: str) -> None:
    """Mail a message after the commit of the caller's transaction."""
    app.configure_task(SEND_MESSAGE).defer(note_id=note_id)


def send(note_id: UUID) -> None:
    """Mail a message to the address of its order. Raises OSError when no server took it."""
    note = OrderNote.objects.select_related("order").get(pk=note_id)
    order = note.order
    with translation.override(order.language or settings.LANGUAGE_CODE):
        letter = mail.compose(
            template="order_message",
            to=order.email,
            subject=gettext("About your order %(number)s") % {"number": order.number},
            context={
                "order": order,
                "text": note.text,
                "track_url": urljoin(
                    settings.SHOP_URL, reverse("orders:order", args=[order.token])
                ),
            },
        )
    letter.send()


def tag(*, order_id: UUID, names: Iterable[str], actor_id: UUID | None = None) -> list[str]:
    """Make ``names`` the order's tags, in lower case and without repetitions; returns them."""
    wanted = sorted({" ".join(name.split()).lower() for name in names} - {""})[:MOST_TAGS]
    with recording.batch():
        order = Order.objects.select_for_update().get(pk=order_id)
        present = {row.name: row for row in order.tags.all()}
        gone = [row.pk for name, row in present.items() if name not in wanted]
        if gone:
            OrderTag.objects.filter(pk__in=gone).delete()
        new = [name for name in wanted if name not in present]
        OrderTag.objects.bulk_create(OrderTag(order=order, name=name) for name in new)
        if gone or new:
            note = ", ".join(wanted)
            status.happened(order, OrderEvent.Kind.TAGGED, actor_id=actor_id, note=note)
        return wanted
