"""What staff decides about reviews. Each act names the version that was looked at.

An author who changes the words in the meantime makes the decision void (``StaleObject``), so
that nobody approves what they have not read.
"""

import re
from collections.abc import Iterable
from uuid import UUID

from django.utils import timezone

from audit import recording
from catalog.freshness import product_changed
from catalog.models import Review, ReviewVote
from shop.conflicts import retried
from shop.models import StaleObject

Status = Review.Status
_LINK = re.compile(r"https?:|www\.|\w\.(?:com|net|org|shop|xyz|ru|io|info)\b", re.IGNORECASE)
_CONTACT = re.compile(r"\S@\S+\.\S|\+?\d[\d ()/-]{7,}\d")


@retried
def approve(*, review_id: UUID, seen_version: int, actor_id: UUID | None) -> Review:
    """Publish a review; what people reported about it is settled.

    Raises StaleObject when it has changed since, ``Review.DoesNotExist`` when it was withdrawn.
    """
    return _decide(review_id, seen_version, Status.APPROVED, actor_id)


@retried
def reject(*, review_id: UUID, seen_version: int, reason: str, actor_id: UUID | None) -> Review:
    """Keep a review out of sight; its author reads the ``reason``. Raises as :func:`approve`.

    Raises ValueError without a reason.
    """
    if not reason.strip():
        raise ValueError("a rejection says why")
    return _decide(review_id, seen_version, Status.REJECTED, actor_id, reason.strip()[:300])


@retried
def reopen(*, review_id: UUID, seen_version: int) -> Review:
    """Put a decided review back into the queue. Raises as :func:`approve`."""
    return _decide(review_id, seen_version, Status.PENDING, None)


@retried
def reply(*, review_id: UUID, seen_version: int, text: str) -> Review:
    """Answer below a review in the name of the shop; "" takes the answer away.

    Raises as :func:`approve`.
    """
    with recording.batch():
        review = _locked(review_id, seen_version)
        review.reply = text.strip()[:2000]
        review.replied_at = timezone.now() if review.reply else None
        review.save(update_fields=["reply", "replied_at"])
        product_changed(review.product_id)
    return review


def decide_all(
    seen: Iterable[tuple[UUID, int]], *, reason: str, actor_id: UUID | None
) -> tuple[int, int]:
    """Approve many, or reject them when there is a ``reason``: keys with the versions seen.

    Each is a decision of its own. Returns how many were made and how many were not, because the
    review had changed or was gone.
    """
    made = missed = 0
    for review_id, version in seen:
        try:
            if reason:
                reject(review_id=review_id, seen_version=version, reason=reason, actor_id=actor_id)
            else:
                approve(review_id=review_id, seen_version=version, actor_id=actor_id)
            made += 1
        except (StaleObject, Review.DoesNotExist):
            missed += 1
    return made, missed


def flags_of(review: Review) -> set[str]:
    """What should make a reader look twice: "link", "contact", "shouting", "duplicate"."""
    text = f"{review.title} {review.content}"
    letters = [sign for sign in text if sign.isalpha()]
    flags = set()
    if _LINK.search(text):
        flags.add("link")
    if _CONTACT.search(text):
        flags.add("contact")
    if len(letters) > 20 and sum(map(str.isupper, letters)) > len(letters) * 0.6:
        flags.add("shouting")
    if Review.objects.exclude(pk=review.pk).filter(content=review.content).exists():
        flags.add("duplicate")
    return flags


def _decide(
    review_id: UUID, seen_version: int, status: Status, actor_id: UUID | None, reason: str = ""
) -> Review:
    with recording.batch():
        review = _locked(review_id, seen_version)
        if status != Status.PENDING:
            for said in review.votes.filter(kind=ReviewVote.Kind.REPORT):
                said.delete()
        review.status = status
        review.rejection_reason = reason
        review.moderated_by_id = actor_id
        review.moderated_at = None if status == Status.PENDING else timezone.now()
        review.save(update_fields=["status", "rejection_reason", "moderated_by", "moderated_at"])
        product_changed(review.product_id)
    return review


def _locked(review_id: UUID, seen_version: int) -> Review:
    review: Review = Review.objects.select_for_update(of=("self",)).get(pk=review_id)
    if review.version != seen_version:
        raise StaleObject(review)
    return review
