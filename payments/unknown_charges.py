"""Charges in a provider's list that we do not know: each is a finding, and staff may void it.

They are never voided by themselves: another shop may share the account.
"""

from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final, cast
from uuid import UUID

from django.db.models import Q

from payments import findings
from payments.errors import FindingClosed, ProviderAway
from payments.models import Payment, ReconciliationFinding
from payments.providers import names, provider
from payments.providers.base import Outcome
from payments.providers.interface import Listing, VoidsListed
from payments.providers.listed import Listed
from shop.money import format_money

Kind = ReconciliationFinding.Kind

#: What began within so many seconds may still be written here.
UNDER_WAY_SECONDS: Final = 15 * 60
_BATCH: Final = 200


def look_for(name: str, *, since: datetime, now: datetime) -> int:
    """Compare the provider's list ``since`` then with our payments; how many wait for staff.

    Findings whose charge holds nothing any more are mended. Raises
    :class:`~payments.errors.ProviderAway`. Must not run inside a transaction.
    """
    remote = cast("Listing", provider(name))
    before = now - timedelta(seconds=UNDER_WAY_SECONDS)
    # What is open is looked at for as long as it is, however long ago it began.
    listed = min(since, findings.listed_since(name, now=now))
    seen: set[str] = set()
    waits = 0
    rows = (row for row in remote.list_charges(listed) if row.at <= before)
    while batch := list(islice(rows, _BATCH)):
        for row in _unknown(name, batch):
            waits += findings.note_unknown(
                name, row.reference, theirs=_words(row), now=now, is_new=row.at >= since
            )
            seen.add(row.reference)
    findings.mended_unknown(name, since=listed, but=seen)
    return waits


def lists(name: str) -> bool:
    """Whether the provider can be asked for its list."""
    return name in names() and provider(name).can.lists_charges


def can_void(finding: ReconciliationFinding) -> bool:
    """Whether the provider voids it for us, by the reference in its list."""
    is_charge = finding.kind == Kind.UNKNOWN_HERE
    return is_charge and finding.provider in names() and provider(finding.provider).can.voids_listed


def give_back(finding: ReconciliationFinding) -> None:
    """Have the provider void the charge of a finding, as long as it still holds or took money.

    One that a payment of ours names by now is left alone. Raises :class:`FindingClosed` when
    somebody closed it, and :class:`~payments.errors.ProviderAway`, also when the provider refuses.
    """
    if finding.status != ReconciliationFinding.Status.OPEN:
        raise FindingClosed
    if not can_void(finding):
        raise ProviderAway("it voids nothing by its list")
    if Payment.objects.filter(
        provider=finding.provider, provider_reference=finding.reference
    ).exists():
        # Learned of since: it is a customer's payment.
        return
    remote: Any = provider(finding.provider)
    charge = cast("VoidsListed", remote).find_listed(finding.reference)
    if charge is None:
        return
    answer = remote.void(charge, key=f"{finding.pk}:void")
    if answer.outcome != Outcome.APPROVED:
        raise ProviderAway(f"it is not voided: {answer.code}")


def _unknown(name: str, rows: list[Listed]) -> list[Listed]:
    """Those of no payment of ours, and a second charge of one. One query.

    Of a payment under way the provider may know more than we do yet.
    """
    keys = {key for row in rows if (key := _uuid(row.key)) is not None}
    mine = Payment.objects.filter(provider=name).filter(
        Q(pk__in=keys) | Q(provider_reference__in=[row.reference for row in rows])
    )
    references, settled = set(), {}
    for payment_id, reference, status in mine.values_list("pk", "provider_reference", "status"):
        references.add(reference)
        settled[payment_id] = bool(reference) and status != Payment.Status.INITIATED
    found = []
    for row in rows:
        key = _uuid(row.key)
        is_ours = row.reference in references or (
            key in settled and (not row.is_payment or not settled[key])
        )
        if not is_ours:
            found.append(row)
    return found


def _words(row: Listed) -> str:
    amounts = (row.amount, row.captured)
    return " / ".join(format_money(amount, row.currency) for amount in amounts)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
