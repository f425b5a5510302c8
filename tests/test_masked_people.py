"""Who works with orders and may not look at customers sees them masked, wherever they stand."""

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import Permission
from django.urls import reverse

from catalog.models import Review
from catalog.tests.factories import ProductFactory
from orders.documents import invoices
from orders.models import OrderItem, Withdrawal
from orders.placed import fulfillment
from orders.tests.factories import member, paid_order
from orders.tests.returning import arrived_order, ask
from payments.credit import cards
from payments.models import CreditAccount
from payments.tests.disputing import paid, tell
from shop.accounts.masking import masked_email, masked_name
from shop.accounts.models import User
from shop.accounts.roles import MANAGER, PERMISSIONS
from shop.models import new_id
from tests.back_office import signed_in

pytestmark = pytest.mark.django_db

#: What nobody may read of the customer.
MARKS = (
    "zelda.marke@",
    "Zelda",
    "Marke",
    "Ulmenweg 7",
    "10999 Berlin",
    "4930901820",
    "Ring at Yusuf",
)


def works_here(*names, but=()):
    """Somebody with rights of their own in place of a role."""
    person = User.objects.create_user(f"{'-'.join(names)[:30]}@example.com", is_staff=True)
    codes = {code for name in names for code in PERMISSIONS[name]} - set(but)
    for code in codes:
        app, codename = code.split(".")
        rows = Permission.objects.filter(content_type__app_label=app, codename=codename)
        person.user_permissions.add(*rows)
    return signed_in(person)


@pytest.fixture
def blind():
    """All that a manager may but look at people, and without what parcels need."""
    names = [name for name in MANAGER if name not in ("customers:view", "orders:fulfill")]
    return works_here(*names)


@pytest.fixture
def order():
    buyer = member(first_name="Zelda", last_name="Marke", phone="+4930901820")
    User.objects.filter(pk=buyer.pk).update(email="zelda.marke@example.com")
    buyer.refresh_from_db()
    made = paid_order(user=buyer)
    made.customer_note = "Ring at Yusuf"
    made.save(update_fields=["customer_note"])
    return made


@pytest.fixture(autouse=True)
def address(monkeypatch):
    """Where orders of these tests go."""
    monkeypatch.setattr(
        "orders.tests.factories.ADDRESS",
        {
            "full_name": "Zelda Marke",
            "phone": "+4930901820",
            "line1": "Ulmenweg 7",
            "city": "Berlin",
            "postal_code": "10999",
            "country": "DE",
        },
    )


def url(name, *args):
    return reverse(f"admin:{name}", args=args)


def marks_in(response):
    assert response.status_code == 200, response
    text = response.content.decode()
    return [mark for mark in MARKS if mark in text]


def test_list_page_and_home_tell_no_more_than_first_letters(blind, order):
    pages = [url("index"), url("orders_order_changelist"), url("orders_order_change", order.pk)]
    for page in pages:
        assert marks_in(blind.get(page)) == [], page
        assert "z…@…" in blind.get(page).content.decode(), page
    assert "Z. M." in blind.get(pages[2]).content.decode()


def test_who_looks_at_customers_reads_all_of_it(order):
    clerk = works_here("orders:view", "customers:view")
    assert set(marks_in(clerk.get(url("orders_order_change", order.pk)))) == set(MARKS)
    assert "zelda.marke@" in marks_in(clerk.get(url("orders_order_changelist")))


@pytest.mark.parametrize("asked", ["zelda.marke", "Marke"])
def test_nothing_is_found_by_what_is_hidden(blind, order, asked):
    listed = blind.get(url("orders_order_changelist"), {"q": asked})
    assert list(listed.context["cl"].result_list) == []
    assert order.number not in blind.get(url("search"), {"q": asked}).content.decode()
    clerk = works_here("orders:view", "customers:view")
    found = clerk.get(url("orders_order_changelist"), {"q": asked})
    assert list(found.context["cl"].result_list) == [order]


def test_numbers_are_still_found(blind, order):
    listed = blind.get(url("orders_order_changelist"), {"q": order.number})
    assert list(listed.context["cl"].result_list) == [order]
    _other = paid_order()
    quick = blind.get(url("search"), {"q": order.number[:-6]})
    assert "z…@…" in quick.content.decode()
    assert marks_in(quick) == []


@pytest.mark.parametrize("lookup", ["email__startswith", "customer_note__contains", "token__gt"])
def test_filters_typed_into_the_address_guess_nothing(blind, order, lookup):
    answer = blind.get(url("orders_order_changelist"), {lookup: "z"})
    assert answer.status_code in (302, 400)


def test_no_list_offers_all_people_as_a_filter():
    offered = [
        f"{model._meta.label}.{name}"
        for model, model_admin in site._registry.items()
        for name in model_admin.list_filter
        if isinstance(name, str)
        and "__" not in name
        and model._meta.get_field(name).related_model is User
    ]
    assert not offered


def test_history_documents_and_steps_that_name_the_buyer_are_closed(blind, order):
    packer = works_here("orders:view", "orders:fulfill")
    invoice = invoices.issue_invoice(order.pk)
    closed = [
        url("orders_order_history", order.pk),
        url("orders_order_document", order.pk, invoice.number),
        url("orders_order_step", order.pk, "address"),
        url("orders_order_step", order.pk, "mail"),
    ]
    assert closed[1] not in blind.get(url("orders_invoice_changelist")).content.decode()
    assert closed[1] not in blind.get(url("orders_invoice_change", invoice.pk)).content.decode()
    for client in (blind, packer):
        assert [client.get(page).status_code for page in closed] == [403] * 4
        page = client.get(url("orders_order_change", order.pk)).content.decode()
        assert not [link for link in closed if link in page]


def test_the_slip_names_the_buyer_to_who_packs_alone(blind, order):
    packer = works_here("orders:view", "orders:fulfill")
    units = {item.pk: item.quantity for item in OrderItem.objects.filter(order=order)}
    parcel = fulfillment.pack(order_id=order.pk, quantities=units, key=new_id())
    slip = url("orders_order_slip", order.pk, parcel.pk)
    assert marks_in(blind.get(slip)) == []
    assert "Ulmenweg 7" in marks_in(packer.get(slip))
    assert marks_in(packer.get(url("orders_order_change", order.pk))) == []


def test_returns_and_withdrawals_are_masked(blind):
    buyer = member(first_name="Zelda", last_name="Marke")
    User.objects.filter(pk=buyer.pk).update(email="zelda.marke@example.com")
    asked = ask(arrived_order(user=User.objects.get(pk=buyer.pk)))
    said = Withdrawal.objects.create(
        name="Zelda Marke", number="X", email="zelda.marke@example.com", part="Ring at Yusuf"
    )
    pages = [
        url("orders_return_changelist"),
        url("orders_return_change", asked.pk),
        url("orders_withdrawal_changelist"),
        url("orders_withdrawal_change", said.pk),
    ]
    for page in pages:
        assert marks_in(blind.get(page)) == [], page
    assert "Z. M." in blind.get(pages[3]).content.decode()
    assert blind.get(url("orders_return_history", asked.pk)).status_code == 403
    for page in (pages[0], pages[2]):
        assert list(blind.get(page, {"q": "zelda.marke"}).context["cl"].result_list) == []


def test_money_is_masked_too(blind):
    recipient = cards.Recipient(
        email="zelda.marke@example.com",
        name="Zelda Marke",
        sender="Zelda Marke",
        message="Ring at Yusuf",
    )
    card = cards.issue(
        amount=1000, currency="EUR", recipient=recipient, reason="-", key="1", actor_id=None
    )
    _order, payment = paid(email="zelda.marke@example.com")
    dispute = tell(payment)
    account = CreditAccount.objects.create(email="zelda.marke@example.com", currency="EUR")
    for page in (
        url("payments_giftcard_changelist"),
        url("payments_giftcard_change", card.pk),
        url("payments_payment_changelist"),
        url("payments_payment_change", payment.pk),
        url("payments_dispute_change", dispute.pk),
        url("orders_couponusage_changelist"),
        url("orders_draft_changelist"),
    ):
        assert marks_in(blind.get(page)) == [], page
    for page in (
        url("payments_creditaccount_changelist"),
        url("payments_creditaccount_change", account.pk),
        url("payments_giftcard_liability"),
        url("payments_giftcard_history", card.pk),
        url("payments_payment_history", payment.pk),
    ):
        assert blind.get(page).status_code == 403, page
    for name in ("payment", "refund", "dispute"):
        listed = blind.get(url(f"payments_{name}_changelist"), {"q": "zelda.marke"})
        assert list(listed.context["cl"].result_list) == []


def test_reviews_are_not_found_by_the_address_of_who_wrote_them(blind):
    author = member()
    review = Review.objects.create(
        product=ProductFactory(), user=author, rating=5, title="Warm", content="Just right."
    )
    page = url("catalog_review_changelist")
    assert list(blind.get(page, {"q": author.email}).context["cl"].result_list) == []
    assert list(blind.get(page, {"q": review.title}).context["cl"].result_list) == [review]
    assert blind.get(url("catalog_review_history", review.pk)).status_code == 200


@pytest.mark.parametrize(
    ("plain", "masked"), [("", ""), ("ada@example.com", "a…@…"), ("@", "@…@…")]
)
def test_masked_addresses_keep_one_letter(plain, masked):
    assert masked_email(plain) == masked


def test_masked_names_keep_first_letters():
    assert masked_name("  Ada  King-Noel ") == "A. K."
    assert masked_name("") == ""
