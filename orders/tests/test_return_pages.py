"""Sending something back by the pages, as a guest with the link of the order."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from inventory.models import Reservation
from orders.mailing import letters
from orders.models import OrderMail, Return
from orders.placed import lifecycle
from orders.returns import inspection, settling
from orders.tests.factories import member, placed_order, variant_in_stock
from orders.tests.returning import arrived_order, ask, inspected, other_size, shipped_order
from shop.qr import code_of
from tests.back_office import fields_of

pytestmark = pytest.mark.django_db


def step(order, name="items"):
    if name == "items":
        return reverse("orders:return_items", args=[order.token])
    return reverse("orders:return_step", args=[order.token, name])


def photo():
    file = io.BytesIO()
    Image.new("RGB", (60, 80), "#446688").save(file, "PNG")
    file.seek(0)
    file.name = "seam.png"
    return file


def walk(client, order, *, units=1, reason="TOO_SMALL", photos=(), method="LABEL", **outcome):
    """Take every step but the last; the answer of the last one taken."""
    item = order.items.get()
    client.post(step(order), {f"units_{item.pk}": units})
    said = {f"reason_{item.pk}": reason, f"comment_{item.pk}": "Tight", "photos": list(photos)}
    client.post(step(order, "reason"), said)
    client.post(step(order, "outcome"), {"outcome": "REFUND"} | outcome)
    return client.post(step(order, "method"), {"method": method, "note": "Thanks"})


def text_of(response):
    return response.content.decode()


def test_guest_walks_all_steps_to_a_refund(client):
    order = arrived_order()
    assert walk(client, order, photos=[photo()]).url == step(order, "confirm")
    shown = text_of(client.get(step(order, "confirm")))
    assert "49.90" in shown.replace(",", ".")
    response = client.post(step(order, "confirm"))
    asked = Return.objects.get()
    assert (response.status_code, response.url) == (303, asked.get_absolute_url())
    row = asked.items.get()
    assert (row.quantity, row.reason, row.comment) == (1, "TOO_SMALL", "Tight")
    assert (asked.customer_note, asked.photos.count()) == ("Thanks", 1)
    assert asked.number in text_of(client.get(response.url))


def test_exchange_comes_first_and_holds_the_next_size_at_once(client):
    small = variant_in_stock()
    order = arrived_order((small, 1))
    large = other_size(small)
    item = order.items.get()
    client.post(step(order), {f"units_{item.pk}": 1})
    client.post(step(order, "reason"), {f"reason_{item.pk}": "TOO_SMALL"})
    shown = text_of(client.get(step(order, "outcome")))
    assert shown.index("Another size or color") < shown.index("Money back")
    walk(client, order, outcome="EXCHANGE", **{f"variant_{item.pk}": str(large.pk)})
    client.post(step(order, "confirm"))
    asked = Return.objects.get()
    held = Reservation.objects.get(owner=asked.owner)
    assert (held.variant, held.quantity, held.status) == (large, 1, "ACTIVE")


def test_second_click_on_the_last_button_asks_once(client):
    order = arrived_order()
    walk(client, order)
    session = dict(client.session)
    client.post(step(order, "confirm"))
    store = client.session
    store.update(session)
    store.save()
    response = client.post(step(order, "confirm"))
    assert Return.objects.count() == 1
    assert response.url == Return.objects.get().get_absolute_url()


@pytest.mark.parametrize("units", [1, 2])
def test_last_form_sent_again_leads_to_what_it_asked_for(client, units):
    order = arrived_order((variant_in_stock(), 2))
    walk(client, order, units=units)
    form = fields_of(client.get(step(order, "confirm")))
    for _click in range(2):
        response = client.post(step(order, "confirm"), form)
        assert response.url == Return.objects.get().get_absolute_url()


def test_form_of_another_order_asks_for_nothing(client):
    first, other = arrived_order(), arrived_order()
    walk(client, first)
    form = fields_of(client.get(step(first, "confirm")))
    client.post(step(first, "confirm"), form)
    assert client.post(step(other, "confirm"), form).url == step(other)
    assert not other.returns.exists()


def test_what_was_sold_meanwhile_leads_back_to_the_choice(client):
    small = variant_in_stock()
    order = arrived_order((small, 1))
    large = other_size(small, units=1)
    item = order.items.get()
    walk(client, order, outcome="EXCHANGE", **{f"variant_{item.pk}": str(large.pk)})
    ask(arrived_order((small, 1)), outcome="EXCHANGE", variant=large)
    response = client.post(step(order, "confirm"))
    assert response.url == step(order, "outcome")
    assert order.returns.count() == 0
    assert "No other size or color" in text_of(client.get(response.url))


def test_dearer_size_is_not_offered_and_not_taken(client):
    small = variant_in_stock()
    order = arrived_order((small, 1))
    dear = other_size(small, price=small.price + 100)
    item = order.items.get()
    client.post(step(order), {f"units_{item.pk}": 1})
    client.post(step(order, "reason"), {f"reason_{item.pk}": "TOO_SMALL"})
    response = client.post(
        step(order, "outcome"), {"outcome": "EXCHANGE", f"variant_{item.pk}": str(dear.pk)}
    )
    assert response.status_code == 422
    assert not Reservation.objects.filter(variant=dear).exists()


@pytest.mark.parametrize("units", ["3", "-1", "x", "9" * 30])
def test_hostile_quantities_are_a_form_with_an_error(client, units):
    order = arrived_order()
    response = client.post(step(order), {f"units_{order.items.get().pk}": units})
    assert response.status_code == 422
    assert response.content.decode().split("</title>")[0].count("Error:") == 1
    assert "There is a problem" in text_of(response)


def test_step_that_was_skipped_leads_back_to_the_first_open_one(client):
    order = arrived_order()
    assert client.get(step(order, "confirm")).url == step(order)
    client.post(step(order), {f"units_{order.items.get().pk}": 1})
    assert client.get(step(order, "confirm")).url == step(order, "reason")
    assert client.post(step(order, "confirm")).url == step(order, "reason")
    assert not Return.objects.exists()


def test_unknown_link_and_foreign_return_are_not_found(client):
    order, other = arrived_order(), arrived_order()
    asked = ask(other)
    assert client.get(reverse("orders:return_items", args=["nope"])).status_code == 404
    assert client.get(step(order, "nonsense")).status_code == 404
    for name in ("return", "return_label"):
        url = reverse(f"orders:{name}", args=[order.token, asked.number])
        assert client.get(url).status_code == 404
    url = reverse("orders:return_cancel", args=[order.token, asked.number])
    assert client.post(url).status_code == 404
    asked.refresh_from_db()
    assert asked.status == "APPROVED"


def test_late_return_says_so_and_whom_to_ask(client):
    order = arrived_order(days_ago=40)
    shown = text_of(client.get(step(order)))
    assert "Nothing can be sent back now" in shown
    assert "mailto:" in shown


def test_parcel_under_way_is_explained(client):
    order = shipped_order((variant_in_stock(), 1))
    assert "It has not arrived yet." in text_of(client.get(step(order)))


def test_canceled_order_waits_for_nothing_to_arrive(client):
    order = placed_order()
    lifecycle.cancel(order.pk, reason="Changed my mind")
    shown = text_of(client.get(step(order)))
    assert "This order was canceled, and nothing of it was sent." in shown
    assert "arrived yet" not in shown


def test_order_page_leads_to_the_return_and_tells_of_it(client):
    order = arrived_order()
    url = reverse("orders:order", args=[order.token])
    assert step(order) in text_of(client.get(url))
    asked = ask(order, {order.items.get(): 2})
    shown = text_of(client.get(url))
    assert step(order) not in shown
    assert asked.get_absolute_url() in shown


def test_order_page_costs_the_same_with_many_returns(client, django_assert_max_num_queries):
    order = arrived_order((variant_in_stock(), 4))
    item = order.items.get()
    for _unit in range(3):
        ask(order, {item: 1})
    client.get("/")
    with django_assert_max_num_queries(14):
        client.get(reverse("orders:order", args=[order.token]))


def test_pages_of_a_return_cost_the_same_with_many_lines(client):
    counts = []
    for lines in (1, 4):
        order = arrived_order(*[(variant_in_stock(), 2) for _line in range(lines)])
        asked = ask(order, dict.fromkeys(order.items.all(), 1))
        client.get("/")
        pages = [asked.get_absolute_url(), step(order)]
        with CaptureQueriesContext(connection) as told:
            assert [client.get(url).status_code for url in pages] == [200, 200]
        counts.append(len(told))
    assert counts[0] == counts[1] <= 27


def test_guest_is_told_what_store_credit_needs(client):
    order, own = arrived_order(), arrived_order(user=member())
    said = "You spend it with an account for"
    for one, is_told in ((order, True), (own, False)):
        walk(client, one, outcome="STORE_CREDIT")
        assert (said in text_of(client.get(step(one, "outcome")))) is is_told
        asked = inspected(ask(one, outcome="STORE_CREDIT"))
        settling.settle(return_id=asked.pk)
        assert (said in text_of(client.get(asked.get_absolute_url()))) is is_told


def test_what_is_brought_to_the_counter_needs_no_parcel(client):
    order = arrived_order()
    walk(client, order, method="STORE", outcome="STORE_CREDIT")
    confirm = text_of(client.get(step(order, "confirm")))
    assert "Please bring it by" in confirm
    assert "The credit is yours" in confirm
    client.post(step(order, "confirm"))
    asked = Return.objects.get()
    shown = text_of(client.get(asked.get_absolute_url()))
    assert "Please bring it to us by" in shown
    assert "Show this at our counter" in shown
    assert "Label and slip" not in shown
    assert (
        client.get(reverse("orders:return_label", args=[order.token, asked.number])).status_code
        == 404
    )
    letter = letters.compose(OrderMail.objects.get(order=order, kind="RETURN"))
    assert "Please bring it to us by" in letter.body
    assert letter.attachments == []


def test_two_sizes_of_one_garment_are_told_apart(client):
    shirt = variant_in_stock()
    order = arrived_order((shirt, 2), (other_size(shirt), 1))
    title = shirt.product.title
    names = [f"{title}, M", f"{title}, L"]
    client.post(step(order), {f"units_{item.pk}": 1 for item in order.items.all()})
    for url in (step(order), step(order, "reason")):
        shown = text_of(client.get(url))
        assert [name for name in names if name not in shown] == [], url
    parcel = text_of(client.get(reverse("orders:order", args=[order.token])))
    assert [name for name in (f"2 × {title}, M", f"1 × {title}, L") if name not in parcel] == []


def test_member_sees_their_own_returns_only(client):
    person, other = member(), member()
    mine = ask(arrived_order(user=person))
    theirs = ask(arrived_order(user=other))
    client.force_login(person)
    shown = text_of(client.get(reverse("orders:account_returns")))
    assert mine.number in shown
    assert theirs.number not in shown
    assert mine.number in text_of(client.get(reverse("accounts:overview")))


def test_label_is_a_pdf_while_pieces_may_be_sent(client):
    asked = ask(arrived_order())
    url = reverse("orders:return_label", args=[asked.order.token, asked.number])
    response = client.get(url)
    assert response.content.startswith(b"%PDF")
    inspection.receive(return_id=asked.pk)
    assert client.get(url).status_code == 404


def test_who_has_no_printer_shows_a_code_at_the_counter(client):
    asked = ask(arrived_order())
    url = reverse("orders:return", args=[asked.order.token, asked.number])
    assert "c-qr" not in client.get(url).content.decode()
    Return.objects.filter(pk=asked.pk).update(method="DROP_OFF")
    page = client.get(url)
    assert page.context["code"] == code_of(asked.number)
    assert f'd="{code_of(asked.number).path}"' in page.content.decode()


def test_return_is_called_off_by_its_page_before_it_is_sent(client):
    asked = ask(arrived_order())
    args = [asked.order.token, asked.number]
    client.post(reverse("orders:return_sent", args=args), {"carrier": "DHL"})
    client.post(reverse("orders:return_cancel", args=args))
    asked.refresh_from_db()
    assert (asked.status, asked.carrier) == ("APPROVED", "DHL")
    second = ask(asked.order)
    client.post(reverse("orders:return_cancel", args=[asked.order.token, second.number]))
    second.refresh_from_db()
    assert second.status == "CANCELED"


@pytest.mark.parametrize("what", ["requested", "received", "settled"])
def test_letters_name_the_return_and_the_first_brings_the_label(what):
    asked = inspected(ask(arrived_order())) if what == "settled" else ask(arrived_order())
    if what == "settled":
        settling.settle(return_id=asked.pk)
    if what == "received":
        inspection.receive(return_id=asked.pk)
    row = OrderMail.objects.get(kind="RETURN", reference=f"{what}:{asked.pk}")
    letter = letters.compose(row)
    assert asked.number in letter.body
    names = [part.get_filename() for part in letter.attachments if hasattr(part, "get_filename")]
    assert (f"{asked.number}.pdf" in names) is (what == "requested")
