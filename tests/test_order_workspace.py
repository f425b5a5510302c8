"""The page of an order in the back office: parcels, notes, queue, documents, refusals."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditLog
from inventory.tests.builders import counters
from orders.documents import invoices
from orders.models import Order, OrderMail, Shipment, ShippingMethod
from orders.placed import fulfillment
from orders.tests.factories import member, paid_order, placed_order, variant_in_stock
from shop.accounts.roles import Role
from shop.events.models import OutboxEvent
from shop.models import new_id
from tests.back_office import fields_of, signed_in, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def client():
    return signed_in(staff())


def page_of(order):
    return reverse("admin:orders_order_change", args=[order.pk])


def step(order, name):
    return reverse("admin:orders_order_step", args=[order.pk, name])


def parcel_step(parcel, name):
    return reverse("admin:orders_order_parcel", args=[parcel.order_id, parcel.pk, name])


def text_of(response):
    return response.content.decode()


def two_lines():
    order = paid_order((variant_in_stock(), 2), (variant_in_stock(), 1))
    return order, order.items.get(quantity=2)


def promised(order, days):
    until = timezone.localdate() + timedelta(days=days)
    Order.objects.filter(pk=order.pk).update(delivery_from=until, delivery_until=until)


def test_a_part_of_an_order_is_shipped_and_the_rest_waits(client):
    order, two = two_lines()
    form = fields_of(client.get(step(order, "parcel")))
    wanted = {name: "0" for name in form if name.startswith("units_")}
    wanted |= {f"units_{two.pk}": "1", "carrier": "DHL", "tracking_number": "77"}
    for _ in range(2):
        client.post(step(order, "parcel"), form | wanted)
    parcel = order.shipments.get()
    assert (parcel.status, parcel.tracking_number) == ("SHIPPED", "77")
    page = client.get(page_of(order)).context
    assert {row.item: row.quantity for row in page["to_pack"]}[two] == 1
    assert Order.objects.get(pk=order.pk).status == "PAID"


def test_a_parcel_that_only_is_packed_is_sent_later(client):
    order, _two = two_lines()
    form = fields_of(client.get(step(order, "parcel")))
    form.pop("has_left")
    client.post(step(order, "parcel"), form | {"carrier": "OTHER"})
    parcel = order.shipments.get()
    way = {"carrier": "UPS", "tracking_number": "1Z"}
    client.post(parcel_step(parcel, "send"), way)
    parcel.refresh_from_db()
    assert (parcel.status, parcel.carrier, parcel.notifies) == ("SHIPPED", "UPS", False)
    client.post(parcel_step(parcel, "arrive"))
    assert Order.objects.get(pk=order.pk).status == "DELIVERED"


def said(response):
    return [str(message) for message in response.context["messages"]]


def test_each_step_says_what_it_did_and_where_it_brought_the_order(client):
    order, two = two_lines()
    form = fields_of(client.get(step(order, "parcel")))
    one = {name: "0" for name in form if name.startswith("units_")} | {f"units_{two.pk}": "1"}
    sent = client.post(step(order, "parcel"), form | one, follow=True)
    assert said(sent) == [f"{order.number}: the parcel has left."]
    rest = fields_of(client.get(step(order, "parcel")))
    rest.pop("has_left")
    packed = client.post(step(order, "parcel"), rest, follow=True)
    assert said(packed) == [f"{order.number}: the parcel is packed; it is Packed."]
    mail = fields_of(client.get(step(order, "mail")))
    again = client.post(step(order, "mail"), mail | {"kind": "PLACED"}, follow=True)
    assert said(again) == [f"{order.number}: the e-mail goes out once more."]
    tagged = client.post(step(order, "tags"), {"tags": "gift"}, follow=True)
    assert said(tagged) == [f"{order.number}: the tags are kept."]
    shipped = client.post(step(order, "ship"), follow=True)
    assert said(shipped) == [f"{order.number}: it is Shipped."]


@pytest.mark.parametrize(
    ("known_as", "carrier"), [("DHL Express", "DHL"), ("FedEx", "FEDEX"), ("", "OTHER")]
)
def test_a_parcel_goes_with_the_carrier_of_the_way_that_was_ordered(client, known_as, carrier):
    order, _two = two_lines()
    ShippingMethod.objects.filter(pk=order.shipping_method_id).update(carrier=known_as)
    assert fields_of(client.get(step(order, "parcel")))["carrier"] == carrier


def test_two_colors_of_a_garment_are_told_apart_wherever_units_are_typed(client):
    jumper = variant_in_stock()
    jumper.option_values = {"color": "sea-green", "size": "m"}
    jumper.save()
    order = paid_order((jumper, 2))
    edit = reverse("admin:orders_order_lines", args=[order.pk])
    for page in (step(order, "parcel"), edit):
        assert f"{jumper.product.title}, Sea green, M" in text_of(client.get(page))
    fulfillment.ship(
        order_id=order.pk,
        quantities={order.items.get().pk: 2},
        key=new_id(),
        way=fulfillment.UNKNOWN,
    )
    fulfillment.arrive(shipment_id=order.shipments.get().pk)
    assert "Sea green, M" in text_of(client.get(step(order, "return")))


def test_a_parcel_is_not_expected_on_a_day_that_is_over(client):
    order, _two = two_lines()
    form = fields_of(client.get(step(order, "parcel")))
    over = str(timezone.localdate() - timedelta(days=2))
    refused = client.post(step(order, "parcel"), form | {"estimated_delivery": over})
    assert refused.status_code == 422
    assert "This day is over." in refused.content.decode()
    assert not order.shipments.exists()


def test_an_order_that_is_collected_is_shipped_to_nobody(client):
    order, _two = two_lines()
    client.post(step(order, "pack"))
    page = step(order, "ship")
    assert "All parcels have left" in client.get(page).content.decode()
    Order.objects.filter(pk=order.pk).update(pick_up_address="mitte, Weg 1, 10119 Berlin")
    assert "All of it lies ready" in client.get(page).content.decode()


def test_a_tracking_number_in_use_comes_back_with_words(client):
    order, two = two_lines()
    way = fulfillment.Way(carrier="DHL", tracking_number="77")
    fulfillment.pack(order_id=order.pk, quantities={two.pk: 1}, key=new_id(), way=way)
    form = fields_of(client.get(step(order, "parcel")))
    response = client.post(
        step(order, "parcel"), form | {"carrier": "DHL", "tracking_number": "77"}
    )
    assert response.status_code == 422
    assert "Another parcel has this number." in text_of(response)
    assert order.shipments.count() == 1


def test_a_parcel_without_a_piece_comes_back_with_words(client):
    order, _two = two_lines()
    form = fields_of(client.get(step(order, "parcel")))
    none = {name: "0" for name in form if name.startswith("units_")}
    response = client.post(step(order, "parcel"), form | none | {"carrier": "DHL"})
    assert response.status_code == 422
    assert "A parcel needs a piece at the least." in text_of(response)
    assert not order.shipments.exists()


def test_steps_that_are_not_possible_say_why(client):
    order, two = two_lines()
    fulfillment.ship(
        order_id=order.pk, quantities={two.pk: 1}, key=new_id(), way=fulfillment.UNKNOWN
    )
    refused = {move.name: reason for move, reason in client.get(page_of(order)).context["refused"]}
    assert refused["cancel"] == "a parcel has left"
    assert refused["address"] == "a parcel is packed"
    assert "cancel" not in [move.name for move in client.get(page_of(order)).context["moves"]]


def test_canceling_a_paid_order_needs_the_right_to_refund(client):
    shirt = variant_in_stock(units=5)
    order = paid_order((shirt, 2))
    employee = signed_in(staff(Role.EMPLOYEE))
    assert employee.post(step(order, "cancel"), {"reason": "Torn"}).status_code == 403
    assert "€" in text_of(client.get(step(order, "cancel")))
    client.post(step(order, "cancel"), {"reason": "Torn"})
    assert Order.objects.get(pk=order.pk).status == "CANCELED"
    assert counters(shirt.stocks.get()) == (5, 0)


def test_a_note_stays_inside_and_a_message_goes_out(client):
    order = placed_order()
    for kind in ("INTERNAL", "CUSTOMER"):
        form = {"kind": kind, "text": f"About {kind}", "key": str(new_id())}
        for _ in range(2):
            client.post(step(order, "write"), form)
    assert [note.kind for note in order.notes.all()] == ["INTERNAL", "CUSTOMER"]
    event = OutboxEvent.objects.get(type="order.message")
    assert event.payload["note"] == str(order.notes.last().pk)
    assert "About INTERNAL" in text_of(client.get(page_of(order)))


def test_the_timeline_shows_the_doings_of_one_side(client):
    order = paid_order(user=member())
    client.post(step(order, "pack"))

    def names(shown):
        steps = client.get(page_of(order), {"show": shown}).context["steps"]
        return [row["name"] for row in steps]

    assert names("staff") == ["Parcel packed", "Packed"]
    assert names("customer") == ["Placed"]
    assert names("nonsense") == names("")


def test_tags_are_kept_once_and_found_in_the_list(client):
    order, _other = placed_order(), placed_order()
    client.post(step(order, "tags"), {"tags": "Gift,  gift , call back"})
    assert [tag.name for tag in order.tags.all()] == ["call back", "gift"]
    found = client.get(reverse("admin:orders_order_changelist"), {"tag": "gift"})
    assert list(found.context["cl"].result_list) == [order]


def test_an_edited_address_is_flagged_and_told_in_the_history(client):
    order = placed_order()
    form = fields_of(client.get(step(order, "address"))) | {"line1": "Am Kanal 7"}
    client.post(step(order, "address"), form)
    text = text_of(client.get(page_of(order)))
    assert "Am Kanal 7" in text
    assert "Address edited" in text
    history = client.get(reverse("admin:orders_order_history", args=[order.pk]))
    assert "Lindenstr. 4" in text_of(history)


def test_a_letter_is_sent_again_once_for_each_form(client):
    order = placed_order()
    form = fields_of(client.get(step(order, "mail")))
    for _ in range(2):
        client.post(step(order, "mail"), form | {"kind": "PLACED"})
    assert OrderMail.objects.filter(order=order, reference=form["key"]).count() == 1


def test_the_queue_begins_with_what_must_arrive_first(client):
    orders = {name: paid_order() for name in ("soon", "later", "late")}
    for name, days in (("soon", 1), ("later", 5), ("late", -1)):
        promised(orders[name], days)
    listed = client.get(reverse("admin:orders_order_changelist"), {"queue": "to-ship"})
    assert list(listed.context["cl"].result_list) == [
        orders[name] for name in ("late", "soon", "later")
    ]
    page = client.get(page_of(orders["soon"])).context
    assert (page["previous"], page["next"]) == (orders["late"], orders["later"])
    waiting = {str(row.queue.label): row.count for row in client.get("/admin/").context["waiting"]}
    assert waiting["Late orders"] == 1


def test_the_slip_of_a_parcel_names_its_own_pieces_alone(client):
    order, two = two_lines()
    one = order.items.get(quantity=1)
    parcel = fulfillment.pack(order_id=order.pk, quantities={two.pk: 1}, key=new_id())
    text = text_of(client.get(reverse("admin:orders_order_slip", args=[order.pk, parcel.pk])))
    assert two.sku in text
    assert one.sku not in text


def test_an_invoice_is_issued_by_hand_where_there_is_none(client):
    order = paid_order()
    client.post(step(order, "invoice"))
    invoice = order.invoices.get()
    document = reverse("admin:orders_order_document", args=[order.pk, invoice.number])
    assert client.get(document).content.startswith(b"%PDF-")
    assert AuditLog.objects.filter(action="VIEW", entity_id=str(order.pk)).exists()
    assert "there is one" in text_of(client.post(step(order, "invoice"), follow=True))


def test_the_page_costs_the_same_whatever_happened_to_the_order(
    client, django_assert_num_queries, django_assert_max_num_queries
):
    short = paid_order((variant_in_stock(), 2), user=member())
    long = paid_order(*((variant_in_stock(), 2) for _ in range(4)), user=member())
    for order in (short, long):
        invoices.issue_invoice(order.pk)
        client.post(step(order, "tags"), {"tags": "gift"})
    for item in [*short.items.all(), *long.items.all()]:
        parcel = fulfillment.pack(order_id=item.order_id, quantities={item.pk: 1}, key=new_id())
        fulfillment.send(shipment_id=parcel.pk)
        note = {"kind": "INTERNAL", "text": "Fragile", "key": str(new_id())}
        client.post(step(item.order, "write"), note)
    client.get(page_of(short))
    with django_assert_max_num_queries(32) as few:
        client.get(page_of(short))
    with django_assert_num_queries(len(few)):
        client.get(page_of(long))
    assert Shipment.objects.filter(order=long).count() == 4
