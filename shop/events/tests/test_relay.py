"""Delivery: in order, at least once, tried again, given up, taken up again."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from audit.models import AuditLog
from inventory.models import Location
from shop.events import outbox, relay, retention, subscriptions
from shop.events.models import OutboxEvent
from shop.events.subscriptions import subscribes

pytestmark = pytest.mark.django_db(transaction=True)

Status = OutboxEvent.Status


@pytest.fixture(autouse=True)
def only_of_the_test(monkeypatch):
    """Nobody has subscribed but who the test names."""
    monkeypatch.setattr(subscriptions, "_subscribers", {})


@pytest.fixture
def subscribe():
    """Subscribes functions for the time of a test."""

    def add(receive, name="tests.reader"):
        subscribes("shelf.moved", name=name)(receive)

    return add


def unsubscribe():
    subscriptions._subscribers.clear()


@pytest.fixture
def received(subscribe):
    """What a subscriber got: the payloads' numbers in order."""
    numbers = []
    subscribe(lambda event: numbers.append(event.payload["number"]))
    return numbers


def emit(number, *, key="a", **options):
    with transaction.atomic():
        row, payload = Location(code=key), {"number": number}
        return outbox.emit("shelf.moved", row, payload=payload, key=key, **options)


def now_due():
    """The pauses are over."""
    OutboxEvent.objects.filter(status=Status.QUEUED).update(next_attempt_at=timezone.now())


def stored(event):
    return OutboxEvent.objects.get(pk=event.pk)


def test_whoever_subscribed_gets_an_event_once(received):
    event = emit(1)
    assert relay.deliver_due() == 1
    assert relay.deliver_due() == 0
    assert received == [1]
    assert (stored(event).status, stored(event).delivered_to) == (
        Status.DELIVERED,
        ["tests.reader"],
    )


def test_an_event_nobody_wants_is_done():
    event = emit(1)
    relay.deliver_due()
    assert stored(event).status == Status.DELIVERED


def test_events_of_a_key_keep_their_order_whatever_their_priority(received):
    for number in range(3):
        emit(number, priority=number)
    relay.deliver_due()
    assert received == [0, 1, 2]


def test_the_urgent_goes_before_what_waits_longer(received):
    emit(1, key="a")
    emit(2, key="b", priority=10)
    relay.deliver_due()
    assert received == [2, 1]


def test_a_failure_is_tried_again_later_and_holds_the_key_back(subscribe):
    got, fails = [], [True]

    def receive(event):
        if fails.pop() if fails else False:
            raise ValueError(event.payload)
        got.append(event.payload["number"])

    subscribe(receive)
    first, second, other = emit(1), emit(2), emit(3, key="b")
    began = timezone.now()
    relay.deliver_due()
    assert (stored(first).status, stored(first).attempts) == (Status.QUEUED, 1)
    assert stored(first).failure == "tests.reader: ValueError"
    assert stored(first).next_attempt_at > began + timedelta(seconds=3)
    assert (stored(second).status, stored(other).status) == (Status.QUEUED, Status.DELIVERED)
    now_due()
    relay.deliver_due()
    assert got == [3, 1, 2]


def test_a_failing_subscriber_keeps_nothing_from_the_others_and_repeats_nothing(subscribe):
    calls = []
    subscribe(lambda event: calls.append("good"), name="tests.good")

    def bad(event):
        calls.append("bad")
        if calls.count("bad") < 3:
            raise OSError

    subscribe(bad, name="tests.bad")
    event = emit(1)
    for _ in range(3):
        now_due()
        relay.deliver_due()
    assert sorted(calls) == ["bad", "bad", "bad", "good"]
    assert stored(event).status == Status.DELIVERED


def test_what_a_failed_subscriber_wrote_is_gone(subscribe):
    def half(event):
        Location.objects.create(code="half", name="half")
        raise OSError

    subscribe(half)
    emit(1)
    relay.deliver_due()
    assert not Location.objects.filter(code="half").exists()


def given_up(subscribe):
    def refuse(event):
        raise OSError

    subscribe(refuse)
    event = emit(1)
    OutboxEvent.objects.filter(pk=event.pk).update(attempts=relay.MOST_ATTEMPTS - 1)
    relay.deliver_due()
    return event


def test_after_the_last_attempt_an_event_is_given_up_and_the_next_may_pass(subscribe):
    event = given_up(subscribe)
    assert (stored(event).status, stored(event).failure) == (Status.DEAD, "tests.reader: OSError")
    unsubscribe()
    following = emit(2)
    relay.deliver_due()
    assert stored(following).status == Status.DELIVERED


def test_staff_has_it_tried_again_and_the_log_says_so(subscribe):
    event = given_up(subscribe)
    unsubscribe()
    assert outbox.replay([event.pk]) == 1
    assert outbox.replay([event.pk]) == 0
    relay.deliver_due()
    assert stored(event).status == Status.DELIVERED
    assert AuditLog.objects.filter(entity="events.outboxevent", action="UPDATE").count() == 1


def test_what_a_dead_worker_had_claimed_is_taken_up(received):
    event = emit(1)
    relay._claim(5)
    assert relay.deliver_due() == 0
    now_due()
    relay.deliver_due()
    assert received == [1]
    assert stored(event).attempts == 2


def test_an_event_that_ends_its_worker_each_time_is_given_up(received):
    event = emit(1)
    OutboxEvent.objects.filter(pk=event.pk).update(attempts=relay.MOST_ATTEMPTS)
    relay.deliver_due()
    assert (stored(event).status, received) == (Status.DEAD, [])


@pytest.mark.race
def test_many_workers_deliver_each_event_once_and_each_key_in_order(subscribe):
    got, guard = [], threading.Lock()

    def receive(event):
        with guard:
            got.append((event.partition_key, event.payload["number"]))

    subscribe(receive)
    for number in range(12):
        for key in "abcd":
            emit(number, key=key)

    def work():
        while OutboxEvent.objects.filter(status=Status.QUEUED).exists():
            relay.deliver_due(most=3)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(got) == 48
    for key in "abcd":
        assert [number for name, number in got if name == key] == list(range(12))


def test_pauses_double_up_to_an_hour():
    pauses = [relay.pause_seconds(attempts) for attempts in range(1, 13)]
    assert 4 <= pauses[0] <= 6
    assert 8 <= pauses[1] <= 12
    assert max(pauses) <= 3600 * 1.2


def test_statements_do_not_grow_with_what_waits(django_assert_num_queries):
    for number in range(5):
        emit(number)
    with django_assert_num_queries(5):
        relay.deliver_due(most=1)
    for number in range(30):
        emit(number, key=f"key-{number}")
    with django_assert_num_queries(5):
        relay.deliver_due(most=1)


def test_delivered_events_are_forgotten_after_a_month(received):
    old, recent, dead = emit(1), emit(2), emit(3)
    relay.deliver_due()
    long_ago = timezone.now() - timedelta(days=retention.KEEP_DAYS + 1)
    OutboxEvent.objects.filter(pk=old.pk).update(delivered_at=long_ago)
    OutboxEvent.objects.update(streamed_at=timezone.now())
    assert retention.remove_old() == 1
    assert set(OutboxEvent.objects.values_list("pk", flat=True)) == {recent.pk, dead.pk}
