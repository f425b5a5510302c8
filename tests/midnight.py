"""No day ends under a test: what was today when it began is today to its end."""

import time
from datetime import UTC, datetime, timedelta

from django.utils import timezone


def seconds_left(now):
    """Until a day ends: the shop's own, or that of UTC, by which numbers and partitions go."""
    left = []
    for zone in (UTC, timezone.get_default_timezone()):
        tomorrow = now.astimezone(zone).date() + timedelta(days=1)
        left.append(datetime.combine(tomorrow, datetime.min.time(), zone) - now.astimezone(UTC))
    return min(left).total_seconds()


def stay_within_a_day(seconds):
    """Wait for the next day if this one has not as many ``seconds`` left."""
    left = seconds_left(timezone.now())
    if left < seconds:
        time.sleep(left + 1)
