"""Orders that staff took down or changed, and their money."""

import re
from uuid import uuid4

import pytest

from inventory.models import Stock
from orders import lines
from orders.edits import differences, edits
from orders.edits.reckoning import Wanted
from orders.models import InvoiceKind, Order, OrderMail
from orders.placed import lifecycle
from orders.tests import offers
from orders.tests.factories import placed_order, variant_in_stock
from payments import offline, processing, settling
from payments.errors import NothingToPay, ReferenceTaken
from payments.models import Payment, Refund
from payments.tests.cards import GOOD, method
from shop.accounts.roles import Role
from shop.events.relay import deliver_due
from shop.money import format_money
from shop.operations.invariants.checking import violations
from tests.back_office import fields_of, signed_in, staff

pytestmark = pytest.mark.django_db

CARD = {"number": "4242 4242 4242 4242", "expiry": "12/35", "security_code": "123"}
ASKING = {**CARD, "number": "4000 0027 6000 3184"}


def bought(*lines):
    """An order paid by card."""
    order = placed_order(*lines)
    processing.pay(order_id=order.pk, provider_name="SANDBOX", method=method(GOOD))
    deliver_due()
    return Order.objects.get(pk=order.pk)


def change(order, units=(), added=()):
    order = Order.objects.get(pk=order.pk)
    lines = {item.variant_id: item.pk for item in order.items.all()}
    wanted = Wanted(
        {lines[variant.pk]: number for variant, number in dict(units).items()},
        {variant.pk: number for variant, number in dict(added).items()},
    )
    total = edits.preview(order, wanted).total
    edit = edits.apply(
        order_id=order.pk, wanted=wanted, agreed_total=total, reason="Phone", key=uuid4()
    )
    deliver_due()
    return edit


def test_less_goes_back_to_the_card():
    shirt = variant_in_stock(price=9000)
    order = bought((shirt, 2))
    edit = change(order, {shirt: 1})
    refund = Refund.objects.get(key=edit.pk)
    assert (refund.amount, refund.reason) == (9000, "EDITED")


def test_more_is_paid_by_the_link(client):
    shirt = variant_in_stock(price=9000)
    order = bought((shirt, 1))
    edit = change(order, {shirt: 2})
    page = client.get(f"/order/{order.token}/")
    assert f"/order/{order.token}/pay/" in page.content.decode()
    sent = client.post(f"/order/{order.token}/pay/", {**CARD, "total": edit.due})
    assert sent.status_code == 303
    payment = Payment.objects.get(edit=edit)
    assert (payment.status, payment.captured_amount) == ("CAPTURED", 9000)
    order.refresh_from_db()
    assert differences.awaited(order) is None
    assert lifecycle.mark_fulfilled(order.pk).status == "FULFILLED"
    assert client.get(f"/order/{order.token}/pay/").status_code == 303


def test_the_difference_says_what_the_order_waits_for(client):
    shirt = variant_in_stock(price=9000)
    order = bought((shirt, 1))
    assert "We pack it now" in client.get(f"/order/{order.token}/").content.decode()
    change(order, {shirt: 2})
    page = client.get(f"/order/{order.token}/").content.decode()
    assert "We pack it when the rest of your payment is here." in page
    assert "We pack it now" not in page


def money_shown(office, order):
    """What the list of orders says of its money."""
    page = office.get(f"/admin/orders/order/?q={order.number}").content.decode()
    [cell] = re.findall(r'class="field-paid[^"]*">(.*?)</td>', page, re.DOTALL)
    return re.sub(r"<[^>]+>", "", cell).strip()


def test_money_of_an_order_is_what_all_its_payments_say_together(client):
    shirt, office = variant_in_stock(price=9000), signed_in(staff())
    order = bought((shirt, 1))
    edit = change(order, {shirt: 2})
    link, declined = f"/order/{order.token}/pay/", {"number": "4000 0000 0000 0002"}
    client.post(link, {**CARD, **declined, "total": edit.due})
    assert set(Payment.objects.values_list("status", flat=True)) == {"CAPTURED", "FAILED"}
    assert money_shown(office, order) == "Captured"
    client.post(link, {**CARD, "total": edit.due})
    assert money_shown(office, order) == "Captured"
    less = change(order, {shirt: 1})
    settling.settle(Refund.objects.get(key=less.pk).pk)
    assert money_shown(office, order) == "Partially refunded"


def test_staff_see_what_becomes_of_the_lines_before_they_change_them():
    shirt, office = variant_in_stock(price=9000), signed_in(staff(Role.MANAGER))
    order = bought((shirt, 2))
    page = f"/admin/orders/order/{order.pk}/lines/"
    [item] = order.items.all()
    typed = fields_of(office.get(page)) | {f"units_{item.pk}": "1", "reason": "Too many"}
    preview = office.post(page, typed | {"step": "preview"})
    assert f"−1 × {lines.title(item)}" in preview.content.decode()
    assert not order.edits.exists()
    agreed = fields_of(preview) | {"step": "apply"}
    stale = office.post(page, agreed | {"agreed_total": "1"})
    assert stale.status_code == 422
    assert 'value="Too many"' in stale.content.decode()
    told = office.post(page, agreed, follow=True).content.decode()
    order.refresh_from_db()
    assert f"the total is now {format_money(order.total, order.currency)}" in told
    assert [line.quantity for line in order.items.all()] == [1]


def test_another_amount_than_was_shown_is_not_charged(client):
    shirt = variant_in_stock(price=9000)
    order = bought((shirt, 1))
    change(order, {shirt: 2})
    assert client.post(f"/order/{order.token}/pay/", {**CARD, "total": "1"}).status_code == 422
    assert Payment.objects.count() == 1


def test_who_pays_by_link_answers_the_bank_in_any_browser(client):
    order = placed_order()
    sent = client.post(f"/order/{order.token}/pay/", {**ASKING, "total": order.total})
    assert "challenge" in sent["Location"]
    done = client.post(sent["Location"], {"action": "confirm"})
    assert done["Location"] == f"/order/{order.token}/"
    assert Order.objects.get().status == "PAID"


def test_a_stranger_does_not_see_the_challenge(client):
    order = placed_order()
    sent = client.post(f"/order/{order.token}/pay/", {**ASKING, "total": order.total})
    client.cookies.clear()
    assert client.get(sent["Location"]).status_code == 404


def test_a_transfer_is_noted_once():
    order, other = placed_order(), placed_order()
    payment = offline.record(order_id=order.pk, reference="SEPA 1")
    assert (payment.provider, payment.captured_amount) == ("MANUAL", order.total)
    assert Order.objects.get(pk=order.pk).status == "PAID"
    with pytest.raises(NothingToPay):
        offline.record(order_id=order.pk, reference="SEPA 2")
    with pytest.raises(ReferenceTaken):
        offline.record(order_id=other.pk, reference="SEPA 1")
    assert Order.objects.get(pk=other.pk).status == "PENDING"


def test_staff_note_a_payment_on_the_page_of_the_order():
    order = placed_order()
    client = signed_in(staff())
    page = f"/admin/orders/order/{order.pk}/"
    assert "Note a payment" in client.get(f"{page}change/").content.decode()
    client.post(f"{page}step/paid/", {"reference": "Cash 17"})
    assert Payment.objects.get().provider_reference == "Cash 17"


def test_documents_and_letter_follow_an_edit():
    shirt, scarf = variant_in_stock(price=9000), variant_in_stock(price=4000)
    order = bought((shirt, 2))
    change(order, {shirt: 1}, {scarf: 1})
    documents = [(row.kind, row.total) for row in order.invoices.order_by("issued_at")]
    kinds = InvoiceKind
    assert documents == [
        (kinds.INVOICE, 18000),
        (kinds.CREDIT_NOTE, 18000),
        (kinds.INVOICE, 13000),
    ]
    assert order.mails.filter(kind=OrderMail.Kind.EDITED).count() == 1


def test_no_invariant_is_broken_by_edits():
    offers.promotion(kind="PERCENTAGE", value=1000)
    shirt, scarf = variant_in_stock(price=3333), variant_in_stock(price=4711)
    order = bought((shirt, 3))
    change(order, {shirt: 1}, {scarf: 2})
    change(order, {shirt: 4, scarf: 1})
    assert not list(violations())
    assert Stock.objects.get(variant=shirt).on_hand == 6
