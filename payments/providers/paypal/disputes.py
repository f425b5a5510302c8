"""Our answer to a dispute at PayPal: evidence, or that we let the buyer have the money."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from payments.errors import ProviderAway
from payments.providers.base import EvidenceFile
from payments.providers.documents import documents
from payments.providers.paypal.wire import Reply, Wire

DISPUTES = "/v1/customer/disputes"
#: Characters of a note, by PayPal's limit.
MOST_TEXT = 2000
#: A dispute in these still waits for our answer.
_WAITING = frozenset({"OPEN", "WAITING_FOR_SELLER_RESPONSE"})


def submit(wire: Wire, reference: str, *, text: str, files: Sequence[EvidenceFile]) -> None:
    """Send text and documents; answered before, nothing happens. Raises :class:`ProviderAway`."""
    found = documents(files)
    evidence: dict[str, Any] = {"evidence_type": "OTHER", "notes": text[:MOST_TEXT]}
    if found:
        evidence["documents"] = [{"name": each.name} for each in found]
    reply = wire.upload(f"{_path(reference)}/provide-evidence", {"evidences": [evidence]}, found)
    _check(wire, reference, reply, "does not take the evidence")


def accept(wire: Wire, reference: str, *, note: str) -> None:
    """Say that the buyer may have the money; decided, nothing happens."""
    body = {"note": note[:MOST_TEXT] or "-", "accept_claim_type": "REFUND"}
    reply = wire.post(f"{_path(reference)}/accept-claim", body, key=f"{reference}:accept")
    _check(wire, reference, reply, "does not take it back")


def _check(wire: Wire, reference: str, reply: Reply, words: str) -> None:
    """A refusal counts only while PayPal still waits for our answer."""
    if not reply.is_refused:
        return
    found = wire.get(_path(reference))
    if found.is_refused or found.body.get("status") in _WAITING:
        raise ProviderAway(f"PayPal {words}: {reply.issue}")


def _path(reference: str) -> str:
    return f"{DISPUTES}/{quote(reference, safe='')}"
