"""What staff decides about reviews. Each act names the version that was looked at.

An author who changes the words in the meantime makes the decision void (``StaleObject``), so
that nobody approves what they have not read.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext

from audit import history, recording
from audit.models import AuditLog
from catalog.freshness import product_changed
from catalog.models import Review, ReviewVote
from catalog.models.reviews import APPEAL
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
def appeal(*, review_id: UUID, seen_version: int, words: str) -> Review:
    """Put a rejected review back into the queue, because its author objects in these ``words``.

    Raises as :func:`approve`, and ValueError without words or for a review that is not rejected.
    """
    with recording.batch():
        review = _locked(review_id, seen_version)
        if review.status != Status.REJECTED or not words.strip():
            raise ValueError("an appeal is against a rejection and says why")
        said = {APPEAL: words.strip()[:2000]}
        recording.record(AuditLog.Action.UPDATE, Review, review.pk, {}, said)
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


@dataclass(frozen=True)
class Decision:
    """A step in what became of a review. ``words`` are the reason of a rejection.

    ``status`` is the one it got, or "" for an appeal, where ``words`` are those of the author.
    """

    at: datetime
    who: str
    status: str
    words: str

    @property
    def label(self) -> str:
        return str(Status(self.status).label) if self.status else gettext("Appeal")


def decisions(review: Review) -> list[Decision]:
    """Who decided what about a review, when and why, oldest first: from the audit log."""
    entries = history.entries_of([review]).filter(
        action=AuditLog.Action.UPDATE, after__has_any_keys=["moderated_at", APPEAL]
    )
    story, status = [], str(Status.PENDING)
    for entry in entries.order_by("created_at", "id"):
        who = entry.actor.email if entry.actor else entry.get_actor_type_display()
        if APPEAL in entry.after:
            story.append(Decision(entry.created_at, who, "", entry.after[APPEAL]))
            continue
        # Who keeps what is published changes no status.
        status = entry.after.get("status", status)
        reason = entry.after.get("rejection_reason", "")
        story.append(Decision(entry.created_at, who, status, reason))
    return story


def open_appeal(story: list[Decision]) -> tuple[Decision, str] | None:
    """The appeal that nobody has decided on yet, and who had decided before it."""
    decided = [step for step in story if step.status != Status.PENDING]
    match decided[-2:]:
        case [before, Decision(status="") as said]:
            return said, before.who
    return None


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
