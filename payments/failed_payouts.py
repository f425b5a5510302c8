"""Payouts that a bank sent back after they were told as paid: each is a finding for staff.

What they settled stays settled here. The provider has the money again, and sends it on with a
later payout that names none of those payments.
"""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Final, cast

from django.db.models import F, Sum

from payments import findings
from payments.models import Settlement
from payments.providers import provider
from payments.providers.interface import PayoutsFail
from shop.money import format_money

#: So long after its day a payout may still come back, in days.
LOOK_BACK_DAYS: Final = 30


def look_for(name: str, *, now: datetime) -> int:
    """Note failed payouts of which we keep lines, once; returns how many wait for staff.

    Raises :class:`~payments.errors.ProviderAway`. Must not run inside a transaction.
    """
    since = now - timedelta(days=LOOK_BACK_DAYS)
    failed = list(cast("PayoutsFail", provider(name)).list_failed_payouts(since))
    kept = Settlement.objects.filter(
        provider=name, payout_reference__in=failed, settled_at__gte=since
    )
    sums = kept.order_by().values("payout_reference", "currency")
    paid: dict[str, dict[str, int]] = defaultdict(dict)
    for row in sums.annotate(arrived=Sum(F("amount") - F("fee"))).order_by("currency"):
        paid[row["payout_reference"]][row["currency"]] = row["arrived"]
    return sum(
        findings.note_payout(
            name,
            reference,
            ours=", ".join(format_money(net, currency) for currency, net in nets.items()),
            theirs=", ".join(format_money(0, currency) for currency in nets),
            now=now,
        )
        for reference, nets in paid.items()
    )
