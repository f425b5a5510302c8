"""Finding an order without an account, and what its page lets people do."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from audit.models import AuditLog
from inventory.tests.builders import counters
from orders.errors import AddressElsewhere, AddressFixed
from orders.models import CartItem, Order, OrderNote
from orders.placed import addresses, fulfillment, lifecycle, tracking
from orders.tests.factories import ADDRESS, member, paid_order, placed_order, variant_in_stock
from shop.models import new_id

pytestmark = pytest.mark.django_db

NEUTRAL = "If number and address belong to an order"
ELSEWHERE = ADDRESS | {"line1": "Am Kanal 7", "state": "", "phone": "", "line2": ""}


def jobs():
    rows = ProcrastinateJob.objects.filter(task_name=tracking.SEND_LINK).order_by("id")
    return [job.args["order_id"] for job in rows]


def page_of(order, name="order"):
    return reverse(f"orders:{name}", args=[order.token])


def pack(order, **fields):
    return fulfillment.pack(
        order_id=order.pk,
        quantities={item.pk: item.quantity for item in order.items.all()},
        key=new_id(),
        **fields,
    )


def text_of(response):
    return response.content.decode()


@pytest.mark.parametrize("email", ["guest@example.com", "other@example.com"])
def test_answer_is_the_same_whether_or_not_there_is_such_an_order(client, email):
    order = placed_order(email="guest@example.com")
    form = {"number": order.number.lower(), "email": email.upper()}
    response = client.post(reverse("orders:track"), form, follow=True)
    assert NEUTRAL in text_of(response)
    assert jobs() == [str(order.pk) if email == order.email else ""]


def test_form_without_a_number_comes_back(client):
    response = client.post(reverse("orders:track"), {"number": "", "email": "a@example.com"})
    assert (response.status_code, jobs()) == (422, [])


def test_link_of_the_mail_leads_to_the_order_for_a_week(client):
    order = placed_order()
    tracking.send_link(order_id=order.pk, site_url="http://testserver/")
    assert mail.outbox[0].to == [order.email]
    link = re.search(r"http://testserver(/track/\S+)", mail.outbox[0].body)[1]
    assert client.get(link)["Location"] == page_of(order)
    with time_machine.travel(timezone.now() + timedelta(days=tracking.LINK_DAYS, minutes=1)):
        assert client.get(link).status_code == 410
        assert NEUTRAL in text_of(client.post(link, follow=True))
    assert jobs() == [str(order.pk)]


def test_forged_link_leads_nowhere(client):
    order = placed_order()
    forged = tracking.path_to(order.pk)[:-3] + "aa/"
    assert client.get(forged).status_code == 404
    assert client.post(forged).status_code == 404
    assert jobs() == []


def test_link_is_not_mailed_twice_within_minutes():
    order = placed_order()
    sent = [tracking.send_link(order_id=order.pk, site_url="http://testserver/") for _ in "ab"]
    assert (sent, len(mail.outbox)) == ([True, False], 1)
    assert order.events.filter(kind="LINK_SENT").count() == 1


def test_asking_too_often_is_limited(client, monkeypatch):
    monkeypatch.setattr("orders.views.tracking.ASKED", 1)
    form = {"number": "ORD-2026-000001", "email": "a@example.com"}
    codes = [client.post(reverse("orders:track"), form).status_code for _ in range(2)]
    assert codes == [303, 429]
    assert len(jobs()) == 1


def test_page_tells_parcels_and_what_is_still_to_come(client):
    order = paid_order((variant_in_stock(), 2), (variant_in_stock(), 1))
    two = order.items.get(quantity=2)
    way = fulfillment.Way(carrier="UPS", tracking_number="1Z9")
    fulfillment.ship(order_id=order.pk, quantities={two.pk: 1}, key=new_id(), way=way)
    text = text_of(client.get(page_of(order)))
    assert "Partly sent: 1 of 3 pieces are on their way." in text
    assert 'href="https://www.ups.com/track?tracknum=1Z9"' in text
    assert "Still to come" in text


def test_page_looks_again_until_the_order_has_come_to_its_end(client):
    order = paid_order()
    poll = {"HX-Request": "true", "HX-Target": "order-status"}
    text = text_of(client.get(page_of(order), headers=poll))
    assert "<html" not in text
    assert 'hx-trigger="every 60s"' in text
    lifecycle.call_off(order.pk, reason="Changed my mind")
    assert "hx-trigger" not in text_of(client.get(page_of(order), headers=poll))


def test_internal_notes_are_for_staff_alone(client):
    order = placed_order()
    for kind in ("INTERNAL", "CUSTOMER"):
        OrderNote.objects.create(order=order, key=new_id(), kind=kind, text=f"For {kind} eyes")
    text = text_of(client.get(page_of(order)))
    assert "For CUSTOMER eyes" in text
    assert "For INTERNAL eyes" not in text


def test_page_costs_the_same_whatever_the_order_holds(
    client, django_assert_num_queries, django_assert_max_num_queries
):
    short, long = paid_order(), paid_order(*((variant_in_stock(), 1) for _ in range(5)))
    client.get(page_of(short))
    for item in [*long.items.all(), *short.items.all()]:
        fulfillment.pack(order_id=item.order_id, quantities={item.pk: 1}, key=new_id())
    with django_assert_max_num_queries(13) as few:
        client.get(page_of(short))
    with django_assert_num_queries(len(few)):
        client.get(page_of(long))


def test_guest_cancels_a_paid_order_that_is_not_packed(client):
    shirt = variant_in_stock(units=5)
    order = paid_order((shirt, 2))
    assert "goes back the way you paid" in text_of(client.get(page_of(order, "order_cancel")))
    client.post(page_of(order, "order_cancel"))
    order.refresh_from_db()
    assert (order.status, counters(shirt.stocks.get())) == ("CANCELED", (5, 0))


def test_packed_order_is_not_canceled_by_its_customer(client):
    order = paid_order()
    pack(order)
    for answer in (client.get, client.post):
        response = answer(page_of(order, "order_cancel"), follow=True)
        assert "not possible any more" in text_of(response)
    assert Order.objects.get(pk=order.pk).status == "FULFILLED"


def test_changed_address_counts_and_the_old_one_stays_on_record(client):
    order = placed_order()
    client.post(page_of(order, "order_address"), ELSEWHERE)
    kept = order.addresses.filter(type="SHIPPING").values_list("revision", "line1")
    assert list(kept) == [(1, "Lindenstr. 4"), (2, "Am Kanal 7")]
    assert "Am Kanal 7" in text_of(client.get(page_of(order)))
    logged = AuditLog.objects.filter(entity="orders.orderaddress", action="CREATE")
    assert {entry.after["line1"] for entry in logged} == {"Lindenstr. 4", "Am Kanal 7"}


def test_same_address_again_changes_nothing():
    order = placed_order()
    for _ in range(2):
        addresses.change(order_id=order.pk, address=ELSEWHERE)
    assert order.addresses.filter(type="SHIPPING").count() == 2
    assert order.events.filter(kind="ADDRESS").count() == 1


def test_address_in_another_country_is_refused():
    order = placed_order()
    with pytest.raises(AddressElsewhere):
        addresses.change(order_id=order.pk, address=ELSEWHERE | {"country": "AT"})
    assert order.addresses.count() == 2


def test_address_of_a_packed_parcel_is_fixed(client):
    order = paid_order()
    pack(order)
    with pytest.raises(AddressFixed):
        addresses.change(order_id=order.pk, address=ELSEWHERE)
    assert "not possible any more" in text_of(
        client.post(page_of(order, "order_address"), ELSEWHERE, follow=True)
    )
    assert order.addresses.count() == 2


def test_buying_again_fills_the_cart_and_names_what_is_gone(client):
    shirt, socks = variant_in_stock(units=5), variant_in_stock(units=1)
    order = paid_order((shirt, 2), (socks, 1))
    response = client.post(page_of(order, "order_again"), follow=True)
    line = CartItem.objects.get(cart__status="ACTIVE")
    assert (line.variant, line.quantity) == (shirt, 2)
    assert f"No longer to be had: {socks.product.title}" in text_of(response)


def test_buying_again_costs_the_same_whatever_the_number_of_lines(
    client, django_assert_num_queries, django_assert_max_num_queries
):
    orders = [paid_order(*((variant_in_stock(), 1) for _ in range(lines))) for lines in (1, 5)]
    with django_assert_max_num_queries(22) as few:
        client.post(page_of(orders[0], "order_again"))
    client.cookies.clear()
    with django_assert_num_queries(len(few)):
        client.post(page_of(orders[1], "order_again"))


def test_account_lists_own_orders_alone(client):
    ada, other = member(), member()
    mine, foreign = placed_order(user=ada), placed_order(user=other)
    client.force_login(ada)
    text = text_of(client.get(reverse("orders:account_orders")))
    assert mine.number in text
    assert foreign.number not in text
    assert client.get(reverse("orders:account_order", args=[mine.number])).status_code == 200
    assert client.get(reverse("orders:account_order", args=[foreign.number])).status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=PAID", "paid"),
        ("status=PENDING", "pending"),
        ("status=nonsense", "both"),
        ("year=1999", "none"),
        ("q=Indigo", "paid"),
    ],
)
def test_account_filters_orders(client, query, found):
    ada = member()
    pending = placed_order(user=ada)
    tee = variant_in_stock()
    tee.product.title = "Indigo tee"
    tee.product.save()
    paid = paid_order((tee, 1), user=ada)
    expected = {"paid": {paid}, "pending": {pending}, "both": {paid, pending}, "none": set()}
    client.force_login(ada)
    cards = client.get(f"{reverse('orders:account_orders')}?{query}").context["cards"]
    assert {card["order"] for card in cards} == expected[found]


def test_account_list_costs_the_same_however_long_it_is(
    client, django_assert_num_queries, django_assert_max_num_queries
):
    ada = member()
    client.force_login(ada)
    page = reverse("orders:account_orders")
    paid_order(user=ada)
    client.get(page)
    with django_assert_max_num_queries(10) as first:
        client.get(page)
    paid_order((variant_in_stock(), 1), (variant_in_stock(), 1), user=ada)
    with django_assert_num_queries(len(first)):
        client.get(page)


def test_stranger_is_sent_to_sign_in(client):
    response = client.get(reverse("orders:account_orders"))
    assert response["Location"].startswith(reverse("account_login"))
