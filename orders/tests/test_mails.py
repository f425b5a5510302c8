"""Letters about orders: one for each reason, complete, and readable everywhere."""

import re
from datetime import timedelta
from uuid import uuid4

import pgtrigger
import pytest
from django.core import mail
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from catalog.garments.pictures import TYPES, path_of
from orders import subscribers
from orders.mailing import mails
from orders.models import Order, OrderItem, OrderMail
from orders.placed import fulfillment, lifecycle
from orders.tests.factories import paid_order, placed_order, variant_in_stock
from shop.accounts.roles import Role
from shop.events.models import OutboxEvent
from shop.events.relay import deliver_due
from tests.back_office import signed_in, staff

pytestmark = pytest.mark.django_db

LARGEST_BYTES = 60 * 1024


@pytest.fixture(autouse=True)
def address_of_the_shop(settings):
    settings.SHOP_URL = "https://shop.example"


def jobs():
    """Rows and waiting times of the queued jobs that send."""
    rows = ProcrastinateJob.objects.filter(task_name=mails.SEND).order_by("id")
    return [(row.args["mail_id"], row.scheduled_at is not None) for row in rows]


def sent(order, kind, **facts):
    """The letter of that kind as it went out."""
    mails.queue(order.pk, kind, **facts)
    assert mails.send(OrderMail.objects.get(order=order, kind=kind).pk)
    return mail.outbox[-1]


def html_of(letter):
    return letter.alternatives[0].content


def test_an_order_that_is_paid_at_once_gets_one_letter_that_says_so():
    order = paid_order()
    deliver_due()
    due = OrderMail.objects.get(order=order)
    assert jobs() == [(str(due.pk), True), (str(due.pk), False)]
    assert [mails.send(due.pk), mails.send(due.pk)] == [True, False]
    assert [letter.subject for letter in mail.outbox] == [f"Your order {order.number}"]
    assert "Your payment has arrived" in mail.outbox[0].body


def test_money_that_comes_later_gets_a_letter_of_its_own():
    order = placed_order()
    deliver_due()
    mails.send(OrderMail.objects.get().pk)
    lifecycle.mark_paid(order.pk)
    deliver_due()
    assert list(OrderMail.objects.values_list("kind", flat=True)) == ["PLACED", "PAID"]
    assert "until your payment arrives" in mail.outbox[0].body


def test_an_event_that_comes_twice_queues_one_letter():
    placed_order()
    event = OutboxEvent.objects.get(type="order.placed")
    for _ in range(2):
        subscribers.confirm(event)
    assert OrderMail.objects.count() == len(jobs()) == 1


def test_a_canceled_order_is_not_confirmed_any_more():
    order = placed_order()
    deliver_due()
    lifecycle.cancel(order.pk, reason="Not paid in time")
    deliver_due()
    outcomes = {row.kind: mails.send(row.pk) for row in OrderMail.objects.all()}
    assert outcomes == {"PLACED": False, "CANCELED": True}
    assert [letter.subject for letter in mail.outbox] == [f"Order {order.number} was canceled"]
    assert "Nothing was charged" in mail.outbox[0].body


def test_the_confirmation_is_complete_in_both_forms():
    order = paid_order((variant_in_stock(price=2990), 2))
    letter = sent(order, "PLACED")
    item = order.items.get()
    track = f"https://shop.example/order/{order.token}/"
    for text in (letter.body, html_of(letter)):
        for words in (order.number, f"2 × {item.title}", "€59.80", "€64.70", "Lindenstr. 4", track):
            assert words in text
        assert "30 days after your order arrived" in text
        assert "https://shop.example/pages/withdrawal/" in text
    assert letter.to == [order.email]
    assert letter.reply_to == ["hello@selvedge.example"]


@pytest.mark.parametrize("kind", ["PLACED", "PAID", "CANCELED", "REFUNDED"])
def test_letters_are_small_and_load_nothing(kind):
    order = paid_order(*[(variant_in_stock(price=1000), 1) for _ in range(20)])
    letter = sent(order, kind, facts={"amount": 1290})
    page = html_of(letter)
    assert len(page.encode()) < LARGEST_BYTES
    assert '<html lang="en"' in page
    assert "<style" not in page
    assert not re.search(r"""(src|background)=["'](?!cid:)""", page)
    assert all(url.startswith(("https://shop.example/", "#")) for url in links(page))
    assert len(letter.body) > 200


def links(page):
    return re.findall(r'href="([^"]+)"', page)


def drawn_order():
    """A paid order whose line shows one of our drawings."""
    order = paid_order()
    path = path_of(TYPES[0], "front", "navy")
    with pgtrigger.ignore("orders.OrderItem:append_only"):
        OrderItem.objects.update(picture=path)
    return order


def test_pictures_travel_with_the_letter():
    order = drawn_order()
    letter = sent(order, "PLACED")
    (picture,) = letter.attachments
    name = picture["Content-ID"].strip("<>")
    assert f'src="cid:{name}"' in html_of(letter)
    assert f'alt="{order.items.get().title}"' in html_of(letter)
    assert picture.get_payload(decode=True).startswith(b"\x89PNG")
    assert letter.message().get_content_type() == "multipart/related"


def test_a_picture_that_is_gone_leaves_the_letter_whole(monkeypatch):
    monkeypatch.setattr(mails.letters.mail_pictures, "_drawn", lambda path: None)
    letter = sent(drawn_order(), "PLACED")
    assert letter.attachments == []
    assert "cid:" not in html_of(letter)


class Away:
    """A mail server that takes nothing."""

    def send(self):
        raise ConnectionRefusedError


def test_a_letter_that_was_not_taken_is_tried_again(monkeypatch):
    order = placed_order()
    mails.queue(order.pk, "PLACED")
    due = OrderMail.objects.get()
    with monkeypatch.context() as patch:
        patch.setattr(mails.letters, "compose", lambda letter: Away())
        with pytest.raises(ConnectionRefusedError):
            mails.send(due.pk)
    assert mail.outbox == []
    assert mails.send(due.pk)
    assert len(mail.outbox) == 1


def test_two_workers_do_not_send_the_same_letter():
    mails.queue(placed_order().pk, "PLACED")
    due = OrderMail.objects.get()
    OrderMail.objects.update(claimed_until=timezone.now() + timedelta(minutes=1))
    assert not mails.send(due.pk)
    OrderMail.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert mails.send(due.pk)
    assert mail.outbox[0].extra_headers["Message-ID"] == (f"<order-mail-{due.pk}@selvedge.example>")


def test_a_letter_whose_job_was_lost_is_queued_again():
    mails.queue(placed_order().pk, "PLACED")
    ProcrastinateJob.objects.all().delete()
    assert mails.queue_lost() == 0
    OrderMail.objects.update(created_at=timezone.now() - timedelta(minutes=16))
    assert mails.queue_lost() == len(jobs()) == 1
    mails.send(OrderMail.objects.get().pk)
    assert mails.queue_lost() == 0


def test_a_parcel_with_a_part_says_what_is_still_to_come():
    order = paid_order((variant_in_stock(price=2000), 3))
    item = order.items.get()
    way = fulfillment.Way(carrier="UPS", tracking_number="1Z999", notifies=True)
    parcel = fulfillment.ship(order_id=order.pk, quantities={item.pk: 2}, key=uuid4(), way=way)
    deliver_due()
    due = OrderMail.objects.get(order=order, kind="SHIPPED")
    assert due.reference == str(parcel.pk)
    mails.send_again(order, "SHIPPED", reason="asked for")
    for row in OrderMail.objects.filter(kind="SHIPPED"):
        mails.send(row.pk)
    letter = mail.outbox[-1]
    assert mail.outbox[-2].body == letter.body
    assert letter.subject == f"A part of order {order.number} is on its way"
    for text in (letter.body, html_of(letter)):
        assert text.index(f"2 × {item.title}, M") < text.index("Still to come")
        assert text.index("Still to come") < text.index(f"1 × {item.title}, M")
        assert "1Z999" in text


def test_a_parcel_of_which_nobody_is_told_has_no_letter():
    order = paid_order()
    way = fulfillment.Way(carrier="UPS", tracking_number="1Z999", notifies=False)
    units = {item.pk: item.quantity for item in order.items.all()}
    fulfillment.ship(order_id=order.pk, quantities=units, key=uuid4(), way=way)
    deliver_due()
    assert not OrderMail.objects.filter(kind="SHIPPED").exists()


def test_payloads_and_rows_of_letters_name_no_person():
    order = paid_order()
    deliver_due()
    told = repr(list(OutboxEvent.objects.values("payload"))) + repr(
        list(OrderMail.objects.values("reference", "facts"))
    )
    assert order.email not in told
    assert "Weber" not in told
    assert Order.objects.get() == order


def test_staff_find_what_was_not_sent_for_an_hour():
    order = placed_order()
    mails.queue(order.pk, "PLACED")
    client = signed_in(staff(Role.EMPLOYEE))
    late = "/admin/orders/ordermail/?queue=late"
    assert order.number not in client.get(late).content.decode()
    OrderMail.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    assert order.number in client.get(late).content.decode()
    assert "Letters not sent" in client.get("/admin/").content.decode()
    mails.send(OrderMail.objects.get().pk)
    assert order.number not in client.get(late).content.decode()
    assert order.number in client.get("/admin/orders/ordermail/").content.decode()
