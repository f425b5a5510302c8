"""Statements booked by several people at the same moment."""

from functools import partial

import pytest

from inventory.tests.crowd import all_at_once
from payments.bank import booking, statements
from payments.bank.booking import Booked
from payments.errors import LineRefused
from payments.models import BankLine, Payment
from payments.tests.transfers import TOTAL, awaiting_transfer, row, statement

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

CROWD = 8


def bring(*rows, name):
    return statements.receive(data=statement(*rows), file_name=name, actor_id=None)


def book(made):
    ids = list(made.lines.values_list("pk", flat=True))
    return partial(booking.book, statement_id=made.pk, line_ids=ids, actor_id=None)


def test_one_statement_booked_by_many_is_booked_once():
    order = awaiting_transfer()
    made = bring(row(text=order.awaited.reference), name="march.csv")
    outcomes = all_at_once([book(made)] * CROWD)
    assert sum(one.paid for one in outcomes) == 1
    assert Payment.objects.get().captured_amount == TOTAL


def test_a_line_in_many_statements_is_booked_with_one_of_them():
    order = awaiting_transfer()
    line = row(text=order.awaited.reference)
    files = [bring(line, row(text=f"{n}"), name=f"{n}.csv") for n in range(CROWD)]
    outcomes = all_at_once([book(made) for made in files])
    assert all(isinstance(one, Booked | LineRefused) for one in outcomes)
    assert sum(one.paid for one in outcomes if isinstance(one, Booked)) == 1
    assert Payment.objects.get().captured_amount == TOTAL
    assert BankLine.objects.filter(status="BOOKED").count() == 1
