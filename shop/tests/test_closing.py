"""What an act writes last, in one statement."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from audit import recording
from audit.models import AuditLog
from inventory.models import Location, Stock
from inventory.tests import builders
from shop import closing
from shop.models import StaleObject

pytestmark = pytest.mark.django_db


def place(code):
    return Location(code=code, name=code)


def statements(made):
    return [query["sql"] for query in made if "SAVEPOINT" not in query["sql"]]


def test_rows_of_a_batch_and_their_audit_entries_are_one_statement():
    with CaptureQueriesContext(connection) as made, recording.batch():
        closing.add(place("north"), place("south"))
        closing.add(place("west"))
    assert len(statements(made)) == 1
    assert Location.objects.count() == AuditLog.objects.filter(action="CREATE").count() == 3


def test_outside_a_batch_a_row_is_written_at_once():
    closing.add(place("north"))
    assert Location.objects.get().code == "north"


@pytest.mark.parametrize("name", ["plain", "", 'a "quote"', 5, Location.Kind.STORE])
def test_values_are_written_as_django_writes_them(name):
    closing.add(Location(code="ours", name=name, can_ship=False))
    Location.objects.create(code="djangos", name=name, can_ship=False)
    ours, djangos = (
        Location.objects.values("name", "kind", "priority", "address", "can_ship").get(code=code)
        for code in ("ours", "djangos")
    )
    assert ours == djangos


def test_a_row_that_is_needed_at_once_does_not_wait_for_the_end():
    with recording.batch():
        closing.add_now(place("north"))
        assert Location.objects.get().code == "north"
    assert AuditLog.objects.get(entity="inventory.location").after["code"] == "north"


def test_an_act_inside_another_has_written_when_it_returns():
    with recording.batch():
        with recording.batch():
            closing.add(place("north"))
        assert Location.objects.exists()


def test_an_act_whose_caller_reads_nothing_waits_for_its_end():
    with recording.batch(is_one=True):
        with recording.batch():
            closing.add(place("north"))
        assert not Location.objects.exists()
    assert Location.objects.exists()


def test_what_a_savepoint_takes_back_is_not_written_later():
    with recording.batch():
        closing.add(place("north"))
        with pytest.raises(IntegrityError), transaction.atomic():
            closing.add(place("south"), place("south"))
    assert Location.objects.get().code == "north"


def test_nothing_is_written_of_an_act_that_fails():
    with pytest.raises(IntegrityError), transaction.atomic(), recording.batch():
        closing.add(place("north"), place("north"))
    assert not Location.objects.exists()


def test_a_change_says_before_and_after_in_the_audit_log():
    row = builders.location("north")
    row = Location.objects.get(pk=row.pk)
    row.name = "Up there"
    with recording.batch():
        closing.change(row, "name")
    entry = AuditLog.objects.get(action="UPDATE")
    assert (entry.before, entry.after) == ({"name": "north"}, {"name": "Up there"})


def test_a_row_that_others_changed_meanwhile_is_refused():
    stock = builders.shelf(builders.variant(), 3)
    stock.shelf = "A1"
    Stock.objects.update(shelf="B2")
    with pytest.raises(StaleObject), transaction.atomic(), recording.batch():
        closing.change(stock, "shelf")
    assert Stock.objects.get().shelf == "B2"


def test_fewer_rows_than_there_must_be_are_refused():
    text = "UPDATE inventory_location SET name = %s WHERE code = %s"
    with pytest.raises(LookupError), transaction.atomic():
        closing.run(text, ["North", "nowhere"], rows=1, refusal=LookupError())
