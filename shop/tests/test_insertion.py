"""New rows are written as Django would write them."""

from datetime import date, datetime, timedelta, timezone
from uuid import UUID

import pytest
from django.utils.timezone import make_aware

from inventory.models import Location, Transfer
from shop import closing
from shop.events.models import OutboxEvent

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=5)))


def stored(code):
    return Location.objects.values("priority", "can_ship", "address", "created_at").get(code=code)


@pytest.mark.parametrize(
    "fields",
    [
        {"priority": 3},
        {"priority": "4"},
        {"priority": True},
        {"can_ship": 0},
        {"address": 'a "street"\n%s'},
        {"address": 5},
        {"created_at": NOON},
        {"created_at": "2026-03-01T12:00:00+05:00"},
    ],
    ids=str,
)
def test_a_value_of_any_type_becomes_what_django_makes_of_it(fields):
    times = {"created_at": NOON, **fields}
    closing.add(Location(code="ours", name="Ours", **times))
    Location.objects.create(code="djangos", name="Django's", **times)
    assert stored("ours") == stored("djangos")


@pytest.mark.parametrize(
    "payload",
    [{"at": NOON, "id": UUID(int=7), "é": [1, None]}, [], [{"a": "'"}], "text", 5],
    ids=str,
)
@pytest.mark.parametrize("status", [OutboxEvent.Status.DEAD, "DEAD"], ids=["choice", "text"])
def test_json_and_choices_become_what_django_makes_of_them(payload, status):
    told = {"payload": payload, "status": status, "dead_at": NOON, "type": "order.placed"}
    events = [OutboxEvent(partition_key=who, **told) for who in ("ours", "django's")]
    closing.add(events[0])
    events[1].save()
    ours, djangos = OutboxEvent.objects.order_by("sequence").values("payload", "status")
    assert ours == djangos


@pytest.mark.parametrize("day", [date(2026, 3, 1), "2026-03-01", NOON, None], ids=str)
def test_a_day_becomes_what_django_makes_of_it(day):
    [here, there] = [Location.objects.create(code=code, name=code) for code in ("here", "there")]
    ways = [{"source": here, "destination": there}, {"source": there, "destination": here}]
    ours, djangos = [Transfer(expected_on=day, **way) for way in ways]
    closing.add(ours)
    djangos.save()
    days = Transfer.objects.values_list("expected_on", flat=True)
    assert days[0] == days[1]


def test_a_time_without_a_zone_is_read_as_django_reads_it():
    naive = NOON.replace(tzinfo=None)
    with pytest.warns(RuntimeWarning, match="naive datetime"):
        closing.add(Location(code="ours", name="Ours", created_at=naive))
    assert stored("ours")["created_at"] == make_aware(naive)


def test_a_value_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="priority"):
        closing.add(Location(code="ours", name="Ours", priority="many"))
    assert not Location.objects.exists()
