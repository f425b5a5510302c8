"""Background jobs of orders."""

from procrastinate.contrib.django import app

from orders import expiry


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="orders.cancel_unpaid", name="orders.cancel_unpaid")
def cancel_unpaid(timestamp: int) -> int:
    """Each minute: cancel orders that were not paid in time."""
    return expiry.cancel_unpaid_orders()


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="orders.abandon_carts", name="orders.abandon_carts")
def abandon_carts(timestamp: int) -> int:
    """Each night: close carts nobody touched for a month."""
    return expiry.abandon_carts()
