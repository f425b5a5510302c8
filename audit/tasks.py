"""Background jobs of the audit log."""

from procrastinate.contrib.django import app

from audit import partitions


@app.periodic(cron="23 3 * * *")
@app.task(queueing_lock="audit.make_partitions", name="audit.make_partitions")
def make_partitions(timestamp: int) -> int:
    """Each night: see that the coming months have their partition."""
    return partitions.make_ahead()
