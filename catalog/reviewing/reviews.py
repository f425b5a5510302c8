"""What shoppers do with reviews: write, change and withdraw their own, vote on those of others.

What is written or changed waits for staff (``catalog.reviewing.moderation``) before it shows.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.db.models import F, Max, Q, QuerySet
from django.utils.translation import gettext

from audit import recording
from catalog.errors import AlreadyReviewed, OwnReview
from catalog.freshness import product_changed
from catalog.models import Media, Product, Purchase, Review, ReviewPhoto, ReviewVote
from catalog.pictures.uploads import Upload, store
from catalog.reviewing import purchases
from shop.accounts.models import User
from shop.conflicts import retried

#: Photos that one review may have.
MOST_PHOTOS = 4
SHORTEST, LONGEST = 20, 4000
_UNIQUE = {"review_one_per_person_and_product", "review_one_per_purchase"}
Kind = ReviewVote.Kind


@dataclass(frozen=True)
class Words:
    """What the author says. ``fit`` is a value of ``Review.Fit`` or ""."""

    rating: int
    content: str
    display_name: str
    title: str = ""
    fit: str = ""
    height_cm: int | None = None


def of_person(user: User) -> "QuerySet[Review]":
    """The live reviews of a member, also those written by mail for what they bought as a guest."""
    as_guest = Q(user=None, purchase__in=purchases.of_person(user))
    rows: QuerySet[Review] = Review.objects.filter(Q(user=user) | as_guest)
    return rows


def own_review(
    product: Product, *, author: User | None, purchase: Purchase | None
) -> Review | None:
    """The live review that the person, or whoever made the purchase, has written."""
    if author is not None:
        rows = of_person(author)
    elif purchase is not None:
        # One buyer has a link for each delivery, and an account perhaps.
        same = Q(purchase=purchase)
        if purchase.email:
            same |= Q(user=None, purchase__user=None, purchase__email=purchase.email)
            same |= Q(user__email__iexact=purchase.email)
        rows = Review.objects.filter(same)
    else:
        return None
    mine = rows.filter(product=product).prefetch_related("photo_links__media")
    return mine.order_by(F("user").asc(nulls_last=True), "-created_at").first()


def write(
    *,
    product: Product,
    author: User | None,
    purchase: Purchase | None,
    words: Words,
    photos: Sequence[Upload] = (),
) -> Review:
    """Keep a new review for staff to look at; with a ``purchase`` it counts as verified.

    Raises :class:`AlreadyReviewed` when there is one of the same person or purchase.
    """
    if own_review(product, author=author, purchase=purchase) is not None:
        raise AlreadyReviewed
    review = Review(
        product=product,
        user=author,
        purchase=purchase,
        variant=purchase.variant if purchase else None,
        is_verified=purchase is not None,
        **asdict(words),
    )
    try:
        with recording.batch():
            review.save(force_insert=True)
            _attach(review, photos)
    except IntegrityError as error:
        if _constraint(error) in _UNIQUE:
            raise AlreadyReviewed from error
        raise
    return review


@retried
def rewrite(
    *,
    review_id: UUID,
    words: Words,
    purchase: Purchase | None,
    author: User | None = None,
    kept_photos: Collection[UUID] = (),
    photos: Sequence[Upload] = (),
) -> Review:
    """Put new words for the old ones; the review waits for staff again, out of sight.

    ``kept_photos`` are keys of the review's own photos; the others are deleted. What was written
    as a guest belongs to the ``author`` from now on. Raises ``Review.DoesNotExist`` when it was
    withdrawn.
    """
    with recording.batch():
        review: Review = Review.objects.select_for_update(of=("self",)).get(pk=review_id)
        for name, value in asdict(words).items():
            setattr(review, name, value)
        if author is not None and review.user_id is None:
            review.user = author
        if purchase is not None and review.purchase_id is None:
            review.purchase, review.variant = purchase, purchase.variant
            review.is_verified = True
        review.status = Review.Status.PENDING
        review.rejection_reason = ""
        review.moderated_at = review.moderated_by = None
        review.save()
        dropped = _detach(review, kept=kept_photos)
        _attach(review, photos)
        _delete_unused(dropped)
        product_changed(review.product_id)
    return review


@retried
def withdraw(review_id: UUID) -> None:
    """Take a review away at its author's wish, and delete its photos. Twice is once."""
    with recording.batch():
        review = Review.objects.select_for_update(of=("self",)).filter(pk=review_id).first()
        if review is not None:
            review.soft_delete()
            _delete_unused(_detach(review))
            product_changed(review.product_id)


@retried
def vote(
    *, review_id: UUID, voter: str, kind: str, user_id: UUID | None = None, as_guest: str = ""
) -> Review:
    """Say whether a published review helped; ``kind`` "" takes one's word back.

    One word per ``voter``: a second one replaces the first, also what a member said ``as_guest``
    before signing in. Returns the review with its new counts. Raises ``Review.DoesNotExist`` and
    :class:`OwnReview`. Locks the review.
    """
    with recording.batch():
        review = _published(review_id, user_id)
        words = review.votes.exclude(kind=Kind.REPORT)
        for former in words.filter(voter=as_guest) if as_guest else ():
            former.delete()
        said = words.filter(voter=voter).first()
        if said is not None and not kind:
            said.delete()
        elif said is not None and said.kind != kind:
            said.kind = kind
            said.save()
        elif said is None and kind:
            ReviewVote.objects.create(review=review, voter=voter, kind=kind)
        review.refresh_from_db(fields=["helpful_count", "not_helpful_count"])
        product_changed(review.product_id)
    return review


@retried
def report(
    *, review_id: UUID, voter: str, reason: str, user_id: UUID | None = None, as_guest: str = ""
) -> None:
    """Tell staff that a published review should not be. One report per ``voter``.

    One made ``as_guest`` before signing in counts. Raises ``Review.DoesNotExist`` and
    :class:`OwnReview`. Locks the review.
    """
    with recording.batch():
        review = _published(review_id, user_id)
        reports = review.votes.filter(kind=Kind.REPORT)
        if not reports.filter(voter__in=[voter, as_guest]).exists():
            ReviewVote.objects.create(
                review=review, voter=voter, kind=Kind.REPORT, reason=reason[:300]
            )


def _published(review_id: UUID, user_id: UUID | None) -> Any:
    # The lock lets one person's two clicks follow each other.
    rows = Review.objects.published().select_related("product")
    review = rows.select_for_update(of=("self",), no_key=True).get(pk=review_id)
    if user_id is not None and review.user_id == user_id:
        raise OwnReview
    return review


def _detach(review: Review, *, kept: Collection[UUID] = ()) -> list[Media]:
    """Take the photos off a review but those with the keys ``kept``; returns what they show."""
    gone = list(review.photo_links.exclude(pk__in=kept).select_related("media"))
    for link in gone:
        link.delete()
    return [link.media for link in gone]


def _delete_unused(photos: Iterable[Media]) -> None:
    """Delete what nothing shows any more; a job deletes the files (``catalog.pictures``)."""
    for photo in photos:
        if not any(photo.uses()):
            photo.delete()


def _attach(review: Review, photos: Sequence[Upload]) -> None:
    last = review.photo_links.aggregate(last=Max("position"))["last"] if photos else None
    alt_text = gettext("Photo by %(name)s of %(title)s") % {
        "name": review.display_name,
        "title": review.product.title,
    }
    for position, photo in enumerate(photos, start=0 if last is None else last + 1):
        media = store(photo, alt_text=alt_text[:300])
        # The same picture twice is one picture.
        ReviewPhoto.objects.get_or_create(
            review=review, media=media, defaults={"position": position}
        )


def _constraint(error: IntegrityError) -> str:
    diagnosis = getattr(error.__cause__, "diag", None)
    return str(getattr(diagnosis, "constraint_name", ""))
