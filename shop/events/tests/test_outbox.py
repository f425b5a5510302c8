"""Events are written with the change, numbered in the order of the commits, and told once."""

import threading
import time

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError, IntegrityError
from django.test.utils import CaptureQueriesContext

from inventory.models import Location
from shop.events import outbox
from shop.events.models import OutboxEvent

pytestmark = pytest.mark.django_db(transaction=True)


def location(code="north"):
    return Location.objects.create(code=code, name=code)


def emitted(*, row=None, **options):
    with transaction.atomic():
        return outbox.emit("shelf.moved", row or location(), payload={"units": 3}, **options)


def test_an_event_says_what_happened_to_which_row():
    row = location()
    event = OutboxEvent.objects.get(pk=emitted(row=row).pk)
    assert (event.type, event.payload) == ("shelf.moved", {"units": 3})
    assert (event.aggregate, event.aggregate_id) == ("inventory.location", str(row.pk))
    assert event.partition_key == f"inventory.location:{row.pk}"


def test_an_event_outside_a_transaction_is_refused():
    with pytest.raises(transaction.TransactionManagementError):
        outbox.emit("shelf.moved", location(), payload={})
    assert not OutboxEvent.objects.exists()


def test_what_is_rolled_back_never_happened():
    with transaction.atomic():
        outbox.emit("shelf.moved", location(), payload={})
        transaction.set_rollback(True)
    assert not OutboxEvent.objects.exists()


def test_a_commit_queues_one_delivery_however_many_events():
    from procrastinate.contrib.django.models import ProcrastinateJob

    queued = ProcrastinateJob.objects.filter(task_name=outbox.DELIVER, status="todo")
    with transaction.atomic():
        for _ in range(3):
            outbox.emit("shelf.moved", Location(code="x"), payload={})
        assert queued.count() == 0
    assert queued.count() == 1


def test_ten_events_of_one_transaction_ask_once_for_the_job():
    with CaptureQueriesContext(connection) as statements, transaction.atomic():
        for _ in range(5):
            outbox.emit("shelf.moved", Location(code="x"), payload={})
            with transaction.atomic():
                outbox.emit("shelf.moved", Location(code="x"), payload={})
    asked = [sql for sql in (row["sql"] for row in statements) if "procrastinate_defer" in sql]
    assert (OutboxEvent.objects.count(), len(asked)) == (10, 1)


def test_an_event_after_one_that_was_rolled_back_is_delivered():
    from procrastinate.contrib.django.models import ProcrastinateJob

    with transaction.atomic():
        with transaction.atomic():
            outbox.emit("shelf.moved", Location(code="x"), payload={})
            transaction.set_rollback(True)
        outbox.emit("shelf.moved", Location(code="y"), payload={})
    assert ProcrastinateJob.objects.filter(task_name=outbox.DELIVER, status="todo").count() == 1


def test_emitting_costs_one_statement(django_assert_num_queries):
    row = location()
    with transaction.atomic(), django_assert_num_queries(1):
        outbox.emit("shelf.moved", row, payload={})


def test_numbers_of_a_key_are_in_the_order_of_the_commits():
    """The second writer waits for the first; without the lock it would commit before it."""
    row, first_has_emitted, order = location(), threading.Event(), []

    def first():
        with transaction.atomic():
            outbox.emit("shelf.moved", row, payload={"who": "first"})
            first_has_emitted.set()
            time.sleep(0.5)
            order.append("first")
        connection.close()

    def second():
        first_has_emitted.wait(60)
        with transaction.atomic():
            outbox.emit("shelf.moved", row, payload={"who": "second"})
            order.append("second")
        connection.close()

    threads = [threading.Thread(target=act) for act in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert order == ["first", "second"]
    told = OutboxEvent.objects.order_by("sequence").values_list("payload__who", flat=True)
    assert list(told) == ["first", "second"]


@pytest.mark.parametrize(
    "change",
    [{"payload": {}}, {"type": "shelf.lost"}, {"sequence": 1}, {"status": "DEAD"}],
)
def test_a_told_event_stays_as_it_was_told(change):
    event = emitted()
    with pytest.raises(DatabaseError):
        OutboxEvent.objects.filter(pk=event.pk).update(**change)


@pytest.mark.parametrize("event_type", ["moved", "Shelf.moved", "shelf.moved.twice", ""])
def test_a_type_is_subject_dot_verb(event_type):
    with pytest.raises(IntegrityError), transaction.atomic():
        outbox.emit(event_type, Location(code="x"), payload={})
