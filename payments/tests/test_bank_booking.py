"""Statements of the bank: matched, looked at, and booked once, all chosen lines or none."""

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from inventory.models import Stock
from orders.edits import edits
from orders.edits.reckoning import Wanted
from orders.mailing import mails
from orders.models import Order, OrderMail
from orders.placed import lifecycle
from orders.tests.factories import paid_order
from payments import offline
from payments.bank import booking, statements
from payments.bank.matching import numbers_in, references_in
from payments.bank.outlook import Verdict, outlook
from payments.errors import LineRefused, StatementKnown
from payments.models import Awaited, BankLine, BankStatement, Payment
from payments.tests.transfers import TOTAL, awaiting_transfer, row, statement
from shop.models import new_id

pytestmark = pytest.mark.django_db

Status = BankLine.Status


def bring(*rows, name="march.csv"):
    return statements.receive(data=statement(*rows), file_name=name, actor_id=None)


def book(made, *, only=None):
    lines = made.lines.all() if only is None else only
    ids = [line.pk for line in lines]
    return booking.book(statement_id=made.pk, line_ids=ids, actor_id=None)


def verdicts(made):
    return [each.verdict for each in outlook(list(made.lines.order_by("position")))]


def said(order):
    """The transfer's text as people copy it."""
    return f"Ref {order.awaited.reference_shown} thanks"


def test_a_reference_is_found_however_it_is_typed():
    order = awaiting_transfer()
    plain = order.awaited.reference
    for text in (plain, plain.lower(), order.awaited.reference_shown, f"EREF+{plain}SVWZ+"):
        assert plain in references_in(text)
    wrong = plain[:-1] + ("1" if plain[-1] == "0" else "0")
    assert wrong not in references_in(wrong)


def test_an_order_number_is_found_with_other_signs_in_it():
    for text in ("ORD-2026-000123", "ord 2026 123", "Order ORD/2026/000123."):
        assert numbers_in(text) == ["ORD-2026-000123"]


def test_bringing_a_statement_changes_no_order():
    order = awaiting_transfer()
    made = bring(row(text=said(order)))
    order.refresh_from_db()
    assert (order.status, made.status, Payment.objects.count()) == ("PENDING", "READ", 0)
    assert verdicts(made) == [Verdict.FULL]
    assert made.lines.get().match == "REFERENCE"


def test_booking_pays_the_order_and_sells_its_units():
    order = awaiting_transfer()
    made = bring(row(text=said(order)))
    assert book(made).paid == 1
    order.refresh_from_db()
    payment = order.payments.get()
    assert (order.status, payment.provider, payment.captured_amount) == ("PAID", "MANUAL", TOTAL)
    line = made.lines.get()
    assert (line.status, line.payment_id, line.used_amount) == ("BOOKED", payment.pk, TOTAL)
    assert Stock.objects.get().on_hand == 9


def test_a_form_sent_twice_books_once():
    order = awaiting_transfer()
    made = bring(row(text=said(order)))
    assert [book(made).paid, book(made).paid] == [1, 0]
    assert Payment.objects.count() == 1


def test_the_same_file_is_known():
    made = bring(row())
    with pytest.raises(StatementKnown) as known:
        bring(row(), name="again.csv")
    assert known.value.statement_id == made.pk
    assert BankStatement.objects.count() == 1


def test_a_line_in_two_files_books_once():
    order = awaiting_transfer()
    march, both = bring(row(text=said(order))), bring(row(text=said(order)), row(text="other"))
    book(march)
    assert verdicts(both) == [Verdict.DUPLICATE, Verdict.UNMATCHED]
    later = bring(row(text=said(order)), row(text="third"))
    assert verdicts(later) == [Verdict.DUPLICATE, Verdict.UNMATCHED]
    assert (book(both).paid, book(later).paid, Payment.objects.count()) == (0, 0, 1)


def test_the_database_lets_no_line_book_twice():
    order = awaiting_transfer()
    made = bring(row(text=said(order)))
    book(made)
    line = made.lines.get()
    twin = {name: getattr(line, name) for name in ("booked_on", "currency", "amount")}
    with pytest.raises(IntegrityError, match="bank_line_books_once"), transaction.atomic():
        BankLine.objects.create(
            statement=made,
            position=99,
            fingerprint=line.fingerprint,
            status="HELD",
            order=order,
            **twin,
        )


def test_the_number_with_the_exact_amount_is_enough():
    order, other = awaiting_transfer(), awaiting_transfer()
    made = bring(row(text=order.number), row("50,00", text=other.number))
    found = outlook(list(made.lines.order_by("position")))
    assert [(each.line.match, each.is_sure) for each in found] == [
        ("NUMBER", True),
        ("NUMBER", False),
    ]


def test_the_number_with_what_an_edit_added_is_enough():
    order = paid_order()
    wanted = Wanted(units={order.items.get().pk: 2})
    total = edits.preview(order, wanted).total
    made = edits.apply(
        order_id=order.pk, wanted=wanted, agreed_total=total, reason="One more", key=new_id()
    )
    due = f"{made.due // 100},{made.due % 100:02}"
    (found,) = outlook(list(bring(row(due, text=order.number)).lines.all()))
    assert (found.line.match, found.is_sure) == ("NUMBER", True)


def test_amount_and_name_are_a_suggestion_that_nobody_has_ticked():
    awaiting_transfer()
    made = bring(row(text="the blue shirt"), row(text="hello", name="Somebody Else"))
    first, second = outlook(list(made.lines.order_by("position")))
    assert (first.line.match, first.is_bookable, first.is_sure) == ("SUGGESTED", True, False)
    assert second.verdict == Verdict.UNMATCHED


def test_too_little_waits_for_the_rest_and_says_so():
    order = awaiting_transfer()
    made = bring(row("40,00", text=said(order)))
    assert verdicts(made) == [Verdict.SHORT]
    assert book(made).short == 1
    order.refresh_from_db()
    assert (order.status, Payment.objects.count()) == ("PENDING", 0)
    assert (order.awaited.arrived, order.awaited.missing) == (4000, TOTAL - 4000)
    assert "€40.00 came by transfer, €54.90 are due" in order.notes.get().text
    mails.send(OrderMail.objects.get(order=order, kind="TO_PAY").pk)
    assert "Please transfer €14.90" in mail.outbox[-1].body


def test_the_rest_completes_what_was_held():
    order = awaiting_transfer()
    book(bring(row("40,00", text=said(order))))
    later = bring(row("14,90", text=said(order), day="04.03.2026"))
    assert verdicts(later) == [Verdict.FULL]
    assert book(later).paid == 1
    payment = Payment.objects.get()
    assert payment.captured_amount == TOTAL
    assert sorted(payment.bank_lines.values_list("used_amount", flat=True)) == [1490, 4000]


def test_too_much_is_booked_and_the_rest_is_to_be_sent_back():
    order = awaiting_transfer()
    made = bring(row("60,00", text=said(order)))
    assert verdicts(made) == [Verdict.OVER]
    book(made)
    line = made.lines.get()
    assert (Payment.objects.get().amount, line.excess) == (TOTAL, 510)
    assert list(BankLine.objects.to_return()) == [line]
    booking.note_returned(line.pk)
    assert not BankLine.objects.to_return().exists()


def test_money_that_was_all_used_cannot_be_noted_as_sent_back():
    order = awaiting_transfer()
    made = bring(row(text=said(order)))
    book(made)
    with pytest.raises(LineRefused):
        booking.note_returned(made.lines.get().pk)


def test_money_for_an_order_that_ended_is_to_be_sent_back():
    order = awaiting_transfer()
    book(bring(row("40,00", text=said(order))))
    lifecycle.cancel(order.pk, reason="Not paid in time")
    late = bring(row(text=said(order), day="09.03.2026"))
    assert verdicts(late) == [Verdict.NOT_DUE]
    assert BankLine.objects.to_return().count() == 2
    with pytest.raises(LineRefused) as refused:
        book(late)
    assert refused.value.code == "not_due"


def test_booking_is_all_or_nothing():
    first, second = awaiting_transfer(), awaiting_transfer()
    made = bring(row(text=said(first)), row(text=said(second)))
    offline.record(order_id=second.pk, reference="cash desk")
    with pytest.raises(LineRefused) as refused:
        book(made)
    assert refused.value.position == 3
    first.refresh_from_db()
    assert (first.status, first.payments.count()) == ("PENDING", 0)
    assert BankStatement.objects.get().status == "READ"
    assert set(made.lines.values_list("status", flat=True)) == {"OPEN"}


def test_two_lines_for_one_order_pay_it_together():
    order = awaiting_transfer()
    made = bring(row("40,00", text=said(order)), row("14,90", text=said(order)))
    assert verdicts(made) == [Verdict.SHORT, Verdict.FULL]
    assert book(made).paid == 1
    assert Order.objects.get().status == "PAID"


def test_a_line_is_assigned_by_hand_and_booked_later():
    order = awaiting_transfer()
    made = bring(row(text="?", name="Grandma"))
    book(made, only=[])
    line = booking.assign(line_id=made.lines.get().pk, number=order.number.lower())
    assert (line.match, line.order_id) == ("HAND", order.pk)
    assert book(made).paid == 1


def test_a_number_of_no_order_assigns_nothing():
    made = bring(row())
    with pytest.raises(Order.DoesNotExist):
        booking.assign(line_id=made.lines.get().pk, number="ORD-1999-000001")
    assert made.lines.get().order is None


def test_a_statement_that_was_not_booked_can_be_dropped_and_brought_again():
    made = bring(row())
    statements.drop(made.pk)
    assert not BankLine.objects.exists()
    made = bring(row())
    book(made, only=[])
    statements.drop(made.pk)
    assert BankLine.objects.count() == 1


def test_unknown_columns_are_said_by_a_person_and_then_read():
    order = awaiting_transfer()
    data = f"Wann;Wer;Was;Wieviel\n02.03.2026;Ada;{order.awaited.reference};54,90\n".encode()
    made = statements.receive(data=data, file_name="odd.csv", actor_id=None)
    assert (made.status, made.lines.count()) == ("UPLOADED", 0)
    columns = {"header": 0, "day": 0, "amount": 3, "name": 1, "text": [2]}
    made = statements.say_columns(statement_id=made.pk, columns=columns)
    assert (made.status, made.rows, verdicts(made)) == ("READ", [], [Verdict.FULL])


def test_matching_and_looking_cost_no_more_with_more_lines(django_assert_max_num_queries):
    few, many = [awaiting_transfer()], [awaiting_transfer() for _ in range(6)]
    for number, orders in enumerate((few, many)):
        rows = [row(text=said(order)) for order in orders]
        rows += [row(text=f"{order.number}/{number}") for order in orders]
        made = bring(*rows, row(text="lost", name="Nobody"), name=f"{number}.csv")
        with django_assert_max_num_queries(5):
            verdicts(made)
    with django_assert_max_num_queries(30):
        bring(*[row(text=f"{said(order)} again") for order in many])


def test_another_currency_is_no_match():
    order = awaiting_transfer()
    made = bring(row(text=said(order)).replace(";EUR", ";USD"))
    assert verdicts(made) == [Verdict.UNMATCHED]
    with pytest.raises(LineRefused):
        booking.assign(line_id=made.lines.get().pk, number=order.number)


def test_the_choice_of_the_shopper_stays_when_less_came():
    order = awaiting_transfer()
    book(bring(row("1,00", text=said(order))))
    assert Awaited.objects.get(order=order).reference == order.awaited.reference
