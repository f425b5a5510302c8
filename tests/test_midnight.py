"""When the tests say that a day ends."""

from datetime import UTC, datetime

import pytest

from tests.midnight import seconds_left


@pytest.mark.parametrize(
    ("now", "left"),
    [
        ("2026-11-22 22:59:45", 15),
        ("2026-11-22 23:00:00", 3600),
        ("2026-11-22 23:59:30", 30),
        ("2026-07-01 21:59:50", 10),
        # The day that has 25 hours.
        ("2026-10-25 21:30:00", 5400),
    ],
)
def test_a_day_ends_at_midnight_here_and_in_utc(now, left):
    assert seconds_left(datetime.fromisoformat(now).replace(tzinfo=UTC)) == left
