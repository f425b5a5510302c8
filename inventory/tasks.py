"""Background jobs of inventory."""

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from inventory import alerts, backorders, categories, reservations, snapshots


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="inventory.expire_reservations", name="inventory.expire_reservations")
def expire_reservations(timestamp: int) -> int:
    """Each minute: release holds that ran out."""
    return reservations.expire()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="inventory.tell_alerts", name="inventory.tell_alerts")
def tell_alerts(timestamp: int) -> int:
    """Each minute: tell of shelves that ran low, empty or over, or are filled again."""
    return alerts.tell(timezone.now())


@app.periodic(cron="23 * * * *")
@app.task(queueing_lock="inventory.reconcile_alerts", name="inventory.reconcile_alerts")
def reconcile_alerts(timestamp: int) -> int:
    """Each hour: bring alerts in line with shelves and with what is sold at all."""
    return alerts.reconcile(timezone.now())


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="inventory.serve_backorders", name="inventory.serve_backorders")
def serve_backorders(timestamp: int) -> int:
    """Each five minutes: give what became free to orders that wait for it."""
    return backorders.serve_waiting()


@app.periodic(cron="7 0 * * *")
@app.task(queueing_lock="inventory.take_snapshot", name="inventory.take_snapshot")
def take_snapshot(timestamp: int) -> int:
    """Each night: write down the stock of the day that ended, and forget days long gone."""
    today = timezone.localdate()
    snapshots.remove_old(today)
    return snapshots.take(today - timedelta(days=1))


@app.periodic(cron="37 1 * * *")
@app.task(queueing_lock="inventory.classify_stock", name="inventory.classify_stock")
def classify_stock(timestamp: int) -> int:
    """Each night: class the shelves by what they earned."""
    return categories.classify(timezone.now())


@app.periodic(cron="1 0 * * *")
@app.task(queueing_lock="inventory.renew_promises", name="inventory.renew_promises")
def renew_promises(timestamp: int) -> int:
    """Each midnight: let pages promise anew when what is not there will leave."""
    return backorders.renew_promises()
