"""Two acts that wait for each other in a circle both get done."""

import threading

import pytest
from django.contrib.auth.models import Group
from django.db import OperationalError, connection, transaction

from shop.conflicts import retried

pytestmark = pytest.mark.django_db(transaction=True)


def crossing(guard):
    """Two threads that lock two rows in opposite order, meeting half-way the first time."""
    rows = [Group.objects.create(name=name).pk for name in ("left", "right")]
    half_way = threading.Barrier(2)
    failures = []

    @guard
    def swap(first, second, met):
        with transaction.atomic():
            Group.objects.select_for_update().get(pk=first)
            if not met:
                met.append(True)
                half_way.wait(timeout=60)
            group = Group.objects.select_for_update().get(pk=second)
            group.name += "!"
            group.save()

    def run(first, second):
        try:
            swap(first, second, [])
        except OperationalError as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in (rows, rows[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures, sorted(Group.objects.filter(pk__in=rows).values_list("name", flat=True))


def test_deadlock_reaches_nobody():
    assert crossing(retried) == ([], ["left!", "right!"])


def test_without_a_second_try_one_of_two_fails():
    failures, _names = crossing(lambda act: act)
    assert len(failures) == 1


def test_act_inside_a_transaction_is_not_repeated():
    calls = []

    @retried
    def act():
        calls.append(True)
        raise OperationalError

    with pytest.raises(OperationalError), transaction.atomic():
        act()
    assert len(calls) == 1


def test_other_failure_of_the_database_is_not_repeated():
    calls = []

    @retried
    def act():
        calls.append(True)
        raise OperationalError

    with pytest.raises(OperationalError):
        act()
    assert len(calls) == 1
