"""The proof of no oversell, which anybody can run."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from inventory.models import Stock
from shop.operations.stock_proof import Outcome


def databases():
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'prove_stock%'")
        return cursor.fetchall()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_crowd_gets_what_there_is_and_nothing_is_left_behind():
    # Whoever was killed before the end left one behind.
    before, said = databases(), StringIO()
    call_command("prove_stock", buyers=6, units=2, stdout=said)
    assert "Proved: 6 buyers got exactly 2 units" in said.getvalue()
    assert databases() == before
    assert not Stock.objects.exists()


def test_more_sold_than_there_is_counts_as_oversold():
    assert Outcome(20, 5, sold=7, refused=13, failed=0, seconds=1.0).oversold == 2
    assert Outcome(20, 5, sold=5, refused=15, failed=0, seconds=1.0).oversold == 0


@pytest.mark.parametrize(("buyers", "units"), [(1, 1), (5, 5), (5, 0), (1000, 5)])
def test_crowd_that_proves_nothing_is_refused(buyers, units):
    with pytest.raises(CommandError, match="crowd"):
        call_command("prove_stock", buyers=buyers, units=units)
