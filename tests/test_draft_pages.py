"""Taking down an order on its page in the back office."""

import pytest

from orders.drafts import drafts
from orders.models import Draft, Order
from orders.tests.factories import ADDRESS, member, standard_delivery, variant_in_stock
from shop.accounts.models import User
from shop.accounts.roles import Role
from tests.back_office import signed_in, staff

pytestmark = pytest.mark.django_db

LIST = "/admin/orders/draft/"


@pytest.fixture
def client():
    return signed_in(staff(Role.EMPLOYEE))


def begun(client):
    """A new draft and its page."""
    page = client.post(f"{LIST}add/")["Location"]
    return Draft.objects.get(), page


def filled(client, *, price=5000):
    """A draft with two of a garment, a customer and the delivery."""
    shirt, method = variant_in_stock(price=price), standard_delivery()
    draft, page = begun(client)
    client.post(page, {"act": "add", "variant": shirt.pk, "quantity": 2})
    person = {"act": "customer", "email": "Ada@example.com", "language": "en", **ADDRESS}
    client.post(page, person)
    client.post(page, {"act": "delivery", "method": method.code, "note": ""})
    return draft, page, shirt


def test_an_order_is_taken_down_on_one_page(client):
    draft, page, _shirt = filled(client)
    total = drafts.totals_of(drafts.readable().get()).total
    sent = client.post(page, {"act": "link", "total": total})
    order = Order.objects.get()
    assert sent["Location"] == f"/admin/orders/order/{order.pk}/change/"
    assert (order.email, order.total) == ("ada@example.com", 10000)
    assert order.number in client.get(page).content.decode()
    assert client.get(LIST).status_code == 200
    assert draft.created_by.is_staff


def test_the_list_is_filtered_by_who_takes_orders_down_and_names_no_customer(client):
    buyer = member()
    for colleague in (client, signed_in(staff(Role.MANAGER))):
        colleague.post(f"{LIST}add/")
    page = client.get(LIST).content.decode()
    takers = User.objects.filter(is_staff=True).values_list("pk", flat=True)
    assert [f"created_by__id__exact={taker}" in page for taker in takers] == [True, True]
    assert str(buyer.pk) not in page
    assert buyer.email not in page


@pytest.mark.parametrize(
    ("act", "said"),
    [
        ("link", "is placed. The customer gets a letter with a link to pay."),
        ("offline", "is placed and waits to be paid another way."),
    ],
)
def test_who_places_an_order_is_told_so_and_what_comes_next(client, act, said):
    _draft, page, _shirt = filled(client)
    placed = {"act": act, "total": drafts.totals_of(drafts.readable().get()).total}
    shown = client.post(page, placed, follow=True).text
    assert f"{Order.objects.get().number} {said}" in shown
    # The other button, in a window that was left open, makes no other order of it.
    again = client.post(page, placed | {"act": "link"}, follow=True).text
    assert f"{Order.objects.get().number} {said}" in again


def test_a_total_that_was_not_shown_places_nothing(client):
    _draft, page, _shirt = filled(client)
    shown = client.post(page, {"act": "link", "total": "1"}, follow=True)
    assert "Please check it again" in shown.content.decode()
    assert not Order.objects.exists()


def test_articles_and_people_are_found(client):
    _draft, page = begun(client)
    shirt, ada = variant_in_stock(), member()
    assert shirt.sku in client.get(f"{page}?find={shirt.sku[:4]}").content.decode()
    assert ada.email in client.get(f"{page}?who={ada.email[:8]}").content.decode()


def test_a_price_needs_a_reason(client):
    _draft, page, shirt = filled(client)
    refused = client.post(page, {"act": "price", "variant": shirt.pk, "price": "45.00"})
    assert refused.status_code == 422
    agreed = {"act": "price", "variant": shirt.pk, "price": "45.00", "reason": "Loose thread"}
    assert client.post(page, agreed).status_code == 303
    assert "Loose thread" in client.get(page).content.decode()


@pytest.mark.parametrize("units", ["0", "11", "abc", ""])
def test_units_that_cannot_be_are_refused_where_they_were_typed(client, units):
    draft, page, shirt = filled(client)
    item = draft.cart.items.get()
    search = f"{page}?find={shirt.sku}"
    refused = [client.post(search, {"act": "add", "variant": shirt.pk, "quantity": units})]
    if units != "0":
        refused.append(client.post(page, {"act": "units", "item": item.pk, "quantity": units}))
    for shown in refused:
        text = shown.content.decode()
        assert shown.status_code == 422
        assert f'max="10" value="{units}" aria-invalid="true"' in text
        assert 'class="errorlist"' in text
    assert draft.cart.items.get().quantity == 2


def test_no_units_take_a_line_out(client):
    draft, page, _shirt = filled(client)
    item = draft.cart.items.get()
    assert client.post(page, {"act": "units", "item": item.pk, "quantity": "0"}).status_code == 303
    assert not draft.cart.items.exists()


@pytest.mark.parametrize(
    ("act", "typed"),
    [
        ("note", {"note": "Ring twice. " * 50}),
        ("code", {"code": "NOT-A-CODE"}),
        ("discount", {"kind": "PERCENTAGE", "percent": "50", "reason": "An old friend"}),
        ("price", {"price": "1.00", "reason": "An old friend"}),
    ],
)
def test_what_is_refused_stays_in_its_field(client, act, typed):
    _draft, page, shirt = filled(client)
    before = Draft.objects.values().get()
    refused = client.post(page, {"act": act, "variant": shirt.pk, **typed})
    text = refused.content.decode()
    assert refused.status_code == 422
    assert 'class="error' in text
    for value in typed.values():
        assert value.strip() in text
    assert Draft.objects.values().get() == before
    assert client.get(page).status_code == 200


def test_employees_stay_within_the_limit(client):
    _draft, page, _shirt = filled(client)
    half = {"act": "discount", "kind": "PERCENTAGE", "percent": "50", "reason": "Friend"}
    shown = client.post(page, half, follow=True).content.decode()
    assert "needs someone who may agree on it" in shown
    assert Draft.objects.get().discount_value == 0


def test_managers_may_exceed_it():
    client = signed_in(staff(Role.MANAGER))
    _draft, page, _shirt = filled(client)
    half = {"act": "discount", "kind": "PERCENTAGE", "percent": "50", "reason": "Friend"}
    client.post(page, half)
    assert Draft.objects.get().discount_value == 5000


def test_the_lines_of_an_order_are_changed_after_a_preview():
    client = signed_in(staff(Role.MANAGER))
    shirt, scarf = variant_in_stock(price=5000), variant_in_stock(price=3000)
    _draft, page, _shirt = filled(client)
    total = drafts.totals_of(drafts.readable().get()).total
    client.post(page, {"act": "link", "total": total})
    order = Order.objects.get()
    item = order.items.get()
    url = f"/admin/orders/order/{order.pk}/lines/"
    filled_in = {
        f"units_{item.pk}": 1,
        f"add_{scarf.pk}": 1,
        "price": "original",
        "reason": "Asked by phone",
        "key": "01890000-0000-7000-8000-000000000001",
    }
    assert (
        scarf.sku
        in client.post(url, {"step": "find", "find": scarf.sku, **filled_in}).content.decode()
    )
    shown = client.post(url, {"step": "preview", **filled_in})
    assert (shown.status_code, shown.context["preview"]["total"]) == (200, 8000)
    assert Order.objects.get().total == 10000
    client.post(url, {"step": "apply", "agreed_total": 8000, **filled_in})
    assert Order.objects.get().total == 8000
    assert shirt.sku not in client.get(f"/admin/orders/order/{order.pk}/change/").content.decode()


def test_employees_change_no_lines(client):
    _draft, page, _shirt = filled(client)
    total = drafts.totals_of(drafts.readable().get()).total
    client.post(page, {"act": "link", "total": total})
    url = f"/admin/orders/order/{Order.objects.get().pk}/lines/"
    assert client.get(url).status_code == 403
