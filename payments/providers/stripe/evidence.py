"""What speaks for us in a dispute, as Stripe takes it: a text, and a file in each of its places.

Pictures become one PDF, since Stripe does not read every kind of them.
"""

import io
from collections.abc import Sequence
from typing import Any

from PIL import Image

from payments.errors import ProviderAway
from payments.providers.base import EvidenceFile
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
    documents = _documents(files)
    unsent = [each.name for each in documents[len(PLACES) :]]
    if unsent:
        text = f"{text}\n\nOn request: {', '.join(unsent)}"
    evidence: Any = {"uncategorized_text": text[:MOST_TEXT]}
    try:
        for place, document in zip(PLACES, documents, strict=False):
            evidence[place] = _upload(document)
        with clear_answers():
            client().v1.disputes.update(reference, {"evidence": evidence, "submit": True})
    except REFUSALS as refused:
        with clear_answers():
            status = client().v1.disputes.retrieve(reference).status
        if status in _WAITING:
            raise ProviderAway(f"Stripe refused the evidence: {refused.code}") from None


def _documents(files: Sequence[EvidenceFile]) -> list[EvidenceFile]:
    """PDFs alone; the pictures as pages of one."""
    pictures = [each for each in files if each.mime_type.startswith("image/")]
    rest = [each for each in files if each not in pictures]
    return [_album(pictures), *rest] if pictures else rest


def _album(pictures: Sequence[EvidenceFile]) -> EvidenceFile:
    pages = [Image.open(io.BytesIO(each.content)).convert("RGB") for each in pictures]
    made = io.BytesIO()
    pages[0].save(made, "PDF", save_all=True, append_images=pages[1:])
    return EvidenceFile("pictures.pdf", "application/pdf", made.getvalue())


def _upload(document: EvidenceFile) -> str:
    content = io.BytesIO(document.content)
    content.name = document.name
    with clear_answers():
        return client().v1.files.create({"purpose": "dispute_evidence", "file": content}).id
