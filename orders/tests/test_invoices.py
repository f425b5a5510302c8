"""Invoices: numbers without gaps, and contents that stay."""

from functools import partial

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from inventory.tests.crowd import all_at_once
from orders.documents import credit_notes, invoice_pdf, invoices
from orders.errors import NothingToCredit
from orders.models import Invoice, Order
from orders.placed import lifecycle
from orders.tests.factories import paid_order, placed_order, variant_in_stock
from shop.events.relay import deliver_due

pytestmark = pytest.mark.django_db


class Interrupted(Exception):
    pass


def sequences(kind="INVOICE"):
    return sorted(Invoice.objects.filter(kind=kind).values_list("sequence", flat=True))


def issue(order, *, fails):
    with transaction.atomic():
        invoices.issue_invoice(order.pk)
        if fails:
            raise Interrupted


def test_paid_order_gets_one_invoice():
    order = paid_order()
    deliver_due()
    again = invoices.issue_invoice(order.pk)
    invoice = order.invoices.get()
    assert again == invoice
    assert invoice.number == f"INV-{invoice.year}-{invoice.sequence:06d}"
    assert (invoice.total, invoice.content["total"]) == (order.total, order.total)


def test_unpaid_order_gets_none():
    with pytest.raises(Order.DoesNotExist):
        invoices.issue_invoice(placed_order().pk)
    assert not Invoice.objects.exists()


def test_number_of_a_failed_attempt_is_given_to_the_next():
    first, second = paid_order(), paid_order()
    with pytest.raises(Interrupted):
        issue(first, fails=True)
    invoices.issue_invoice(second.pk)
    assert sequences() == [1]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_many_at_once_leave_no_gap_and_no_double():
    orders = [paid_order() for _ in range(8)]
    acts = [partial(issue, order, fails=n % 3 == 0) for n, order in enumerate(orders)]
    outcome = all_at_once(acts)
    assert sum(isinstance(error, Interrupted) for error in outcome) == 3
    assert sequences() == [1, 2, 3, 4, 5]


def test_database_refuses_a_gap_and_every_change():
    invoice = invoices.issue_invoice(paid_order().pk)
    other = paid_order()
    fields = {"kind": "INVOICE", "year": invoice.year, "currency": "EUR", "total": 1, "content": {}}
    with pytest.raises(IntegrityError, match="leave a gap"), transaction.atomic():
        Invoice.objects.create(
            order=other, sequence=3, number="X", issued_at=invoice.issued_at, **fields
        )
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        Invoice.objects.filter(pk=invoice.pk).update(total=1)
    assert sequences() == [1]


def test_tax_of_what_is_given_back_is_that_of_its_amount_to_the_nearest_cent():
    order = paid_order((variant_in_stock(price=9900), 1))
    item = order.items.get()
    # 10.00 contains 1.5966 of tax at 19 %; the rest takes what is left of the line's 15.81.
    notes = [
        credit_notes.issue(order.pk, lines={item.pk: (units, amount)})
        for units, amount in ((0, 1000), (1, 8900))
    ]
    assert [note.content["tax"] for note in notes] == [160, 1421]


def test_credit_notes_of_a_line_add_up_to_the_line():
    order = paid_order((variant_in_stock(price=3334), 3))
    invoice = invoices.issue_invoice(order.pk)
    item = order.items.get()
    notes = [invoices.issue_credit_note(order.pk, quantities={item.pk: 1}) for _ in range(3)]
    assert sum(note.total for note in notes) == item.line_total
    assert sum(note.content["tax"] for note in notes) == item.tax
    assert {note.corrects for note in notes} == {invoice}
    assert sequences("CREDIT_NOTE") == [1, 2, 3]


@pytest.mark.parametrize(("units", "shipping"), [(3, 0), (0, 0), (0, 491), (-1, 0)])
def test_more_than_the_invoice_has_is_not_credited(units, shipping):
    order = paid_order((variant_in_stock(), 2))
    invoices.issue_invoice(order.pk)
    item = order.items.get()
    with pytest.raises(NothingToCredit), transaction.atomic():
        invoices.issue_credit_note(order.pk, quantities={item.pk: units}, shipping=shipping)
    assert not sequences("CREDIT_NOTE")


def test_order_without_invoice_is_not_credited():
    order = paid_order()
    with pytest.raises(NothingToCredit):
        invoices.issue_credit_note(order.pk, quantities={order.items.get().pk: 1})
    assert invoices.credit_rest(order.pk) is None


def test_called_off_order_has_its_invoice_taken_back_whole():
    order = paid_order((variant_in_stock(), 2))
    item = order.items.get()
    deliver_due()
    invoices.issue_credit_note(order.pk, quantities={item.pk: 1})
    lifecycle.call_off(order.pk, reason="Changed my mind")
    deliver_due()
    notes = order.invoices.filter(kind="CREDIT_NOTE")
    assert sum(note.total for note in notes) == order.total


def test_document_is_the_same_whenever_it_is_drawn():
    tee = variant_in_stock()
    tee.product.title = "Łódź tee ğ"
    tee.product.save()
    invoice = invoices.issue_invoice(paid_order((tee, 1)).pk)
    first = invoice_pdf.draw(invoice)
    assert first.startswith(b"%PDF-")
    assert invoice_pdf.draw(Invoice.objects.get(pk=invoice.pk)) == first


def test_document_is_found_with_its_own_order_alone(client):
    mine, other = paid_order(), paid_order()
    invoice = invoices.issue_invoice(mine.pk)
    own = client.get(reverse("orders:order_invoice", args=[mine.token, invoice.number]))
    foreign = client.get(reverse("orders:order_invoice", args=[other.token, invoice.number]))
    assert (own["Content-Type"], foreign.status_code) == ("application/pdf", 404)
    assert own["Cache-Control"] == "private, no-store"
