"""Background jobs of inventory."""

from procrastinate.contrib.django import app

from inventory import reservations


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="inventory.expire_reservations", name="inventory.expire_reservations")
def expire_reservations(timestamp: int) -> int:
    """Each minute: release holds that ran out."""
    return reservations.expire()
