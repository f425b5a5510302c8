"""What speaks for us in a dispute, as Stripe takes it: a text, and a file in each of its places.

Pictures become one PDF, since Stripe does not read every kind of them.
"""

import io
from collections.abc import Sequence
from typing import Any

from payments.errors import ProviderAway
from payments.providers.base import EvidenceFile
from payments.providers.documents import documents
from payments.providers.stripe.wire import REFUSALS, clear_answers, client

#: Characters of the text, by Stripe's limit.
MOST_TEXT = 20_000
#: Where files go, in order; the bank reads all of them, whatever a place is called.
PLACES = (
    "uncategorized_file",
    "service_documentation",
    "shipping_documentation",
    "customer_communication",
    "receipt",
    "refund_policy",
    "cancellation_policy",
    "duplicate_charge_documentation",
)
#: Statuses in which a dispute waits for us.
_WAITING = ("needs_response", "warning_needs_response")


def submit(reference: str, *, text: str, files: Sequence[EvidenceFile]) -> None:
    """Answer a dispute; answered before, nothing happens. Raises :class:`ProviderAway`."""
    found = documents(files)
    unsent = [each.name for each in found[len(PLACES) :]]
    if unsent:
        text = f"{text}\n\nOn request: {', '.join(unsent)}"
    evidence: Any = {"uncategorized_text": text[:MOST_TEXT]}
    try:
        for place, document in zip(PLACES, found, strict=False):
            evidence[place] = _upload(document)
        with clear_answers():
            client().v1.disputes.update(reference, {"evidence": evidence, "submit": True})
    except REFUSALS as refused:
        with clear_answers():
            status = client().v1.disputes.retrieve(reference).status
        if status in _WAITING:
            raise ProviderAway(f"Stripe refused the evidence: {refused.code}") from None


def accept(reference: str) -> None:
    """Let the bank have the money; decided or said before, nothing happens."""
    try:
        with clear_answers():
            client().v1.disputes.close(reference)
    except REFUSALS as refused:
        with clear_answers():
            status = client().v1.disputes.retrieve(reference).status
        if status in _WAITING:
            raise ProviderAway(f"Stripe does not close the dispute: {refused.code}") from None


def _upload(document: EvidenceFile) -> str:
    content = io.BytesIO(document.content)
    content.name = document.name
    with clear_answers():
        return client().v1.files.create({"purpose": "dispute_evidence", "file": content}).id
