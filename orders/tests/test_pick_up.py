"""Collecting an order instead of having it sent."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from inventory import reservations
from inventory.models import Location, Reservation, Stock
from inventory.tests.builders import counters
from orders.carts import cart as carts
from orders.checkouts import placing
from orders.mailing import mails
from orders.models import Checkout, OrderMail, PickUpPoint, ShippingMethod, TaxRate
from orders.placed import fulfillment, lifecycle, order_page
from orders.tests.factories import (
    ADDRESS,
    filled_cart,
    ready_checkout,
    shown_total,
    standard_delivery,
    variant_in_stock,
    zone,
)
from shop.models import new_id

pytestmark = pytest.mark.django_db
DELIVERY = "/checkout/delivery/"


def pick_up(**fields):
    plain = {"currency": "EUR", "price": 0, "min_days": 1, "max_days": 1, "kind": "PICK_UP"}
    reached = {"zone": standard_delivery().zone} | fields
    return ShippingMethod.objects.create(code="pick-up", name="Pick up", **plain | reached)


def point(name, postal_code, country="DE"):
    location = Location.objects.create(code=name, name=name, can_pick_up=True)
    return PickUpPoint.objects.create(
        location=location,
        line1="Weg 1",
        city="Berlin",
        postal_code=postal_code,
        country=country,
        opening_hours="Mon–Fri 9–17",
    )


@pytest.fixture
def places():
    pick_up()
    return point("mitte", "10119"), point("kreuzberg", "10969")


def browser(cart):
    ready_checkout(cart)
    client = Client()
    client.cookies[carts.COOKIE] = cart.token
    return client


def test_nearest_place_is_offered_first_with_its_hours(places):
    page = browser(filled_cart()).get(DELIVERY)
    assert [choice.title for choice in page.context["part"].places] == ["kreuzberg", "mitte"]
    assert "Mon–Fri 9–17" in page.content.decode()


def test_another_postal_code_sorts_the_places_anew(places):
    page = browser(filled_cart()).get(DELIVERY, {"near": "10117"})
    assert [choice.title for choice in page.context["part"].places] == ["mitte", "kreuzberg"]


def test_order_keeps_where_it_is_collected(places):
    mitte, _kreuzberg = places
    cart = filled_cart()
    client = browser(cart)
    chosen = {"method": "pick-up", "point": str(mitte.pk)}
    assert client.post(DELIVERY, chosen).status_code == 303
    checkout = Checkout.objects.get()
    order = placing.place_order(cart_id=cart.pk, agreed_total=shown_total(checkout))
    assert (order.pick_up_point, order.shipping) == (mitte, 0)
    assert order.pick_up_address == "mitte, Weg 1, 10119 Berlin"


def test_without_a_choice_it_is_the_nearest_and_a_parcel_has_none(places):
    _mitte, kreuzberg = places
    client = browser(filled_cart())
    client.post(DELIVERY, {"method": "pick-up"})
    assert Checkout.objects.get().pick_up_point == kreuzberg
    client.post(DELIVERY, {"method": "standard", "point": str(kreuzberg.pk)})
    assert Checkout.objects.get().pick_up_point is None


def test_place_that_is_not_offered_is_refused(places):
    mitte, _kreuzberg = places
    PickUpPoint.objects.filter(pk=mitte.pk).update(is_offered=False)
    client = browser(filled_cart())
    page = client.post(DELIVERY, {"method": "pick-up", "point": str(mitte.pk)})
    assert page.status_code == 422
    assert Checkout.objects.get().pick_up_point is None


def test_who_collects_pays_the_tax_of_the_place(settings):
    settings.SHOP_COUNTRY = "DE"
    TaxRate.objects.create(name="VAT", country="AT", tax_class="STANDARD", rate_basis_points=2000)
    cart = filled_cart()
    checkout = ready_checkout(cart)
    checkout.shipping_method = pick_up(zone=zone("AT"))
    checkout.pick_up_point = point("mitte", "10119")
    checkout.shipping_address = ADDRESS | {"country": "AT", "postal_code": "1010"}
    checkout.vat_number = "ATU13585627"
    checkout.save()
    order = placing.place_order(cart_id=cart.pk, agreed_total=shown_total(checkout))
    assert not order.is_reverse_charge
    assert order.items.get().tax_rate_basis_points == 1900


def test_who_collects_gets_what_lies_there_and_a_parcel_what_ships(places):
    mitte, _kreuzberg = places
    Location.objects.filter(pk=mitte.location_id).update(can_ship=False)
    shirt = variant_in_stock(units=5)
    warehouse = shirt.stocks.get()
    shop = Stock.objects.create(variant=shirt, location=mitte.location, opening_balance=2)
    client = browser(filled_cart((shirt, 2)))
    client.post(DELIVERY, {"method": "pick-up", "point": str(mitte.pk)})
    assert (counters(shop), counters(warehouse)) == ((2, 2), (5, 0))
    client.post(DELIVERY, {"method": "standard"})
    assert (counters(shop), counters(warehouse)) == ((2, 0), (5, 2))


def test_what_does_not_lie_there_is_brought_from_where_it_ships(places):
    mitte, _kreuzberg = places
    shirt = variant_in_stock(units=5)
    cart = filled_cart((shirt, 2))
    browser(cart).post(DELIVERY, {"method": "pick-up", "point": str(mitte.pk)})
    checkout = Checkout.objects.get()
    placing.place_order(cart_id=cart.pk, agreed_total=shown_total(checkout))
    assert counters(shirt.stocks.get()) == (5, 2)


def test_what_is_kept_for_long_is_kept_as_long_wherever_it_is_collected(places):
    mitte, _kreuzberg = places
    Location.objects.filter(pk=mitte.location_id).update(can_ship=False)
    shirt = variant_in_stock(units=5)
    shop = Stock.objects.create(variant=shirt, location=mitte.location, opening_balance=2)
    cart, until = filled_cart((shirt, 2)), timezone.now() + timedelta(hours=24)
    reservations.hold(owner=carts.owner_of(cart), quantities={shirt.pk: 2}, until=until)
    client = browser(cart)
    for sent in ({"method": "pick-up", "point": str(mitte.pk)}, {"method": "standard"}):
        client.post(DELIVERY, sent)
        [held] = Reservation.objects.filter(status="ACTIVE")
        assert held.expires_at == until
        assert (held.stock_id == shop.pk) == (sent["method"] == "pick-up")


def test_who_collects_gets_what_lies_there_also_after_the_hold_ran_out(places):
    mitte, _kreuzberg = places
    shirt = variant_in_stock(units=5)
    shop = Stock.objects.create(variant=shirt, location=mitte.location, opening_balance=2)
    cart = filled_cart((shirt, 2))
    browser(cart).post(DELIVERY, {"method": "pick-up", "point": str(mitte.pk)})
    _let_holds_run_out()
    total = shown_total(Checkout.objects.get())
    order = placing.place_order(cart_id=cart.pk, agreed_total=total)
    assert counters(shop) == (2, 2)
    _let_holds_run_out()
    lifecycle.mark_paid(order.pk)
    assert (counters(shop), counters(shirt.stocks.exclude(pk=shop.pk).get())) == ((0, 0), (5, 0))


def _let_holds_run_out():
    ago = timezone.now() - timedelta(minutes=1)
    Reservation.objects.filter(status="ACTIVE").update(expires_at=ago)
    reservations.expire()


def test_whoever_collects_reads_where_in_the_mail_and_on_every_page(places):
    mitte, _kreuzberg = places
    cart = filled_cart()
    client = browser(cart)
    client.post(DELIVERY, {"method": "pick-up", "point": str(mitte.pk)})
    total = shown_total(Checkout.objects.get())
    order = lifecycle.mark_paid(placing.place_order(cart_id=cart.pk, agreed_total=total).pk)
    mails.queue(order.pk, OrderMail.Kind.PLACED)
    assert mails.send(OrderMail.objects.get(order=order).pk)
    letter = mail.outbox[-1]
    where = "mitte, Weg 1, 10119 Berlin"
    pages = [
        client.get(f"/order/{order.token}/{page}").content.decode() for page in ("", "thanks/")
    ]
    for text in (letter.body, letter.alternatives[0].content, *pages):
        assert where in text
    assert "Lindenstr. 4" not in letter.body


def collected_order(places):
    """A paid order of two shirts that is collected in Mitte."""
    mitte, _kreuzberg = places
    PickUpPoint.objects.filter(pk=mitte.pk).update(instructions="Ring at the blue door")
    cart = filled_cart((variant_in_stock(), 2))
    browser(cart).post(DELIVERY, {"method": "pick-up", "point": str(mitte.pk)})
    total = shown_total(Checkout.objects.get())
    return lifecycle.mark_paid(placing.place_order(cart_id=cart.pk, agreed_total=total).pk)


def shown_of(order):
    """What its page says: in a sentence, step by step, and of each parcel."""
    page = order_page.of_order(order_page.readable().get(pk=order.pk))
    steps = [step["name"] for step in page.timeline]
    return page.words, steps[-2:], [parcel.status for parcel in page.parcels]


def test_order_that_is_collected_never_travels_on_its_page(places):
    order, steps = collected_order(places), ["Ready to collect", "Collected"]
    arrival = order_page.timeline(order)[-2]["expected"]
    assert arrival
    assert shown_of(order) == (f"Paid. We pack it now; it will be ready {arrival}.", steps, [])
    lifecycle.mark_fulfilled(order.pk)
    words = "Packed. We write to you when you can collect it."
    assert shown_of(order) == (words, steps, ["Packed"])
    lifecycle.mark_shipped(order.pk)
    assert shown_of(order) == ("Ready for you to collect.", steps, ["Ready to collect"])
    lifecycle.mark_delivered(order.pk)
    assert shown_of(order) == ("Collected. We hope it fits.", steps, ["Collected"])


def test_part_that_lies_ready_is_told_as_such(places):
    order = collected_order(places)
    one = {order.items.get().pk: 1}
    fulfillment.ship(order_id=order.pk, quantities=one, key=new_id(), way=fulfillment.Way())
    words, _steps, parcels = shown_of(order)
    assert words == "Partly ready: you can collect 1 of 2 pieces."
    assert parcels == ["Ready to collect"]
    page = order_page.of_order(order_page.readable().get(pk=order.pk))
    notes = {step["name"]: step.get("note") for step in page.timeline}
    assert notes["Ready to collect"] == "1 of 2 pieces are ready"


def test_whoever_collects_is_told_when_and_where_and_thanked(places):
    order = collected_order(places)
    lifecycle.mark_fulfilled(order.pk)
    lifecycle.mark_shipped(order.pk)
    letter = sent_letter(order, OrderMail.Kind.SHIPPED)
    assert letter.subject == f"Order {order.number} is ready to collect"
    for text in (letter.body, letter.alternatives[0].content):
        assert "mitte, Weg 1, 10119 Berlin" in text
        assert "Mon–Fri 9–17" in text
        assert "Ring at the blue door" in text
        assert "on its way" not in text
    lifecycle.mark_delivered(order.pk)
    thanks = sent_letter(order, OrderMail.Kind.DELIVERED)
    assert thanks.subject == f"You have collected order {order.number}"
    assert "carrier" not in thanks.body


def sent_letter(order, kind):
    parcel = str(order.shipments.get().pk)
    mails.queue(order.pk, kind, facts={"shipment": parcel})
    assert mails.send(OrderMail.objects.get(order=order, kind=kind).pk)
    return mail.outbox[-1]
