"""Background jobs of events."""

from typing import Final

from procrastinate.contrib.django import app

from shop.events import outbox, relay, retention, streams

PUBLISH: Final = "events.publish"


@app.task(name=outbox.DELIVER)
def deliver() -> int:
    """After a commit: hand out what waits, then have the stream written."""
    most = 1000
    tried = relay.deliver_due(most=most)
    if tried == most:
        outbox.wake()
    outbox.wake(PUBLISH)
    return tried


@app.task(name=PUBLISH, lock=PUBLISH)
def publish() -> int:
    """One at a time: write the stream."""
    return streams.publish()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="events.deliver_waiting", name="events.deliver_waiting")
def deliver_waiting(timestamp: int) -> None:
    """Each minute: take up what a crash or a failure left waiting."""
    outbox.wake()


@app.periodic(cron="29 4 * * *")
@app.task(queueing_lock="events.remove_old", name="events.remove_old")
def remove_old(timestamp: int) -> int:
    """Each night: forget events delivered long ago."""
    return retention.remove_old()
