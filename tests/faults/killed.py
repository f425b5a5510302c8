"""Web workers are killed between a provider's work and our note of it, again and again.

The provider is the double of Stripe, on the other side of a real wire: it does what it is asked,
and before it answers, every worker of the shop gets SIGKILL. The buyer's browser sends its page
once more to whoever stands in; then the job that takes up open payments has its turn.
"""

import os
import signal
import time
from collections import Counter
from http.client import HTTPException
from urllib.parse import urlencode

from django.test.utils import override_settings

from orders.models import Order
from payments import recovery
from payments.models import Payment
from payments.tests.doubles.stripe import StripeDouble
from payments.tests.doubles.stripe_cards import GOOD
from tests.bench import processes
from tests.bench.shopper import PurchaseFailed
from tests.faults import scenarios
from tests.faults.buyers import REVIEW, Buyer, Errand, Told
from tests.faults.opening import open_shop
from tests.faults.scenarios import Ports, Result, Size

#: Calls before whose answer the workers die, in turn.
DEADLY = ("authorize", "capture")
#: The web server gives up where workers die younger, as those do that cannot start. In seconds.
GROWN_UP_SECONDS = 4
#: Time for new workers to answer, in seconds.
STANDING_IN_SECONDS = 120
PAYMENT = "/checkout/payment/"
CHOSEN = {"means": "stripe", "stripe_token": GOOD, "stripe_brand": "visa", "stripe_last4": "4242"}


class Killer(StripeDouble):
    """Kills the workers of the web server ``pid`` once, with its next answer to ``call``."""

    def __init__(self) -> None:
        super().__init__()
        self.pid = 0
        self.call = ""
        self.killed = 0

    def respond(self, request):  # type: ignore[no-untyped-def]
        reply = super().respond(request)
        if self.call and self.call_of(request) == self.call:
            self.call = ""
            self.killed += 1
            for worker in workers_of(self.pid):
                os.kill(worker, signal.SIGKILL)
        return reply


def workers_of(pid: int) -> list[int]:
    """The processes that serve: those below the one that ``pid`` watches over."""
    _watcher, _master, *workers = processes.tree_of(pid)
    return workers


def r5_killed(_ports: Ports, size: Size) -> Result:
    """Each purchase loses its worker once, after the money was reserved or after it was taken."""
    told, misses = Told(), []
    with Killer() as killer, override_settings(**killer.options()):
        words = {name: _as_text(value) for name, value in killer.options().items()}
        with open_shop(unguarded=False, **words) as ports, scenarios.timed() as clock:
            killer.pid = ports.pid
            for number in range(size.killed):
                wares = scenarios.on_shelves(1, 1)
                [errand] = scenarios.crowd_of(1, lambda _number, wares=wares: wares)
                call = DEADLY[number % len(DEADLY)]
                time.sleep(GROWN_UP_SECONDS)
                try:
                    misses += _bought(ports.guarded, errand, killer, call, told)
                except (PurchaseFailed, HTTPException, OSError) as error:
                    told.failed[f"{call}: {error or type(error).__name__}"] += 1
        if killer.killed != size.killed:
            misses.append(f"killed {killer.killed} times instead of {size.killed}")
        misses += _differences(killer)
    paid = len(told.thanked)
    result = Result("R5 killed workers", size.killed, told, paid, clock(), misses)
    result.misses += scenarios.reasons(told) + scenarios.broken()
    return result


def _as_text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _bought(port: int, errand: Errand, killer: Killer, call: str, told: Told) -> list[str]:
    """One purchase in whose last step the worker dies; what was not as it has to be."""
    buyer = Buyer(port, errand)
    buyer.pay_with(CHOSEN)
    buyer.go_to_review()
    form = buyer.form(REVIEW)
    if form is None:
        raise PurchaseFailed("the review page has no form")
    killer.call = call
    body = urlencode(form.values)
    try:
        buyer._ask("POST", REVIEW, body)
    except (HTTPException, OSError):
        _send_again(buyer, body)
    else:
        return [f"{call}: the worker answered"]
    if not (buyer.token or "/challenge/" in buyer.path):
        return [f"{call}: sent again it ends at {buyer.path}"]
    order = Order.objects.get(email=errand.email)
    for payment in order.payments.all():
        recovery.resume(payment.pk)
    order.refresh_from_db()
    states = Counter(order.payments.values_list("status", flat=True))
    if order.status != Order.Status.PAID or states != Counter([Payment.Status.CAPTURED]):
        return [f"{call}: {order.number} is {order.status}, its payments {dict(states)}"]
    told.thanked.append(order.token)
    return []


def _send_again(buyer: Buyer, body: str) -> None:
    """As a browser does whose connection broke: the same page, until somebody answers."""
    until = time.monotonic() + STANDING_IN_SECONDS
    while True:
        buyer.wire.close()
        try:
            buyer._ask("POST", REVIEW, body)
            return
        except (HTTPException, OSError):
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def _differences(killer: Killer) -> list[str]:
    """Where the provider's ledger is not ours, and keys that asked for more than one thing."""
    ours = Counter(
        (str(pk), amount, currency, captured, refunded)
        for pk, amount, currency, captured, refunded in Payment.objects.filter(
            provider="STRIPE"
        ).values_list("pk", "amount", "currency", "captured_amount", "refunded_amount")
    )
    theirs = Counter(tuple(charge) for charge in killer.charges())
    found = [f"only here: {row}" for row in (ours - theirs).elements()]
    found += [f"only there: {row}" for row in (theirs - ours).elements()]
    for call in DEADLY:
        keys = {key for key in killer.keys(call) if key}
        if len(keys) != len(theirs):
            found.append(f"{len(keys)} keys to {call} {len(theirs)} charges")
    return found
