"""Published reviews as rows: read with their product or by themselves, and what they add up to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, F, OuterRef, Subquery, Value
from django.db.models.functions import JSONObject
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext

from catalog.models import Review, ReviewPhoto, ReviewSummary, ReviewVote
from catalog.models.media import picture_json, picture_of
from catalog.models.products import ProductQuerySet
from catalog.products.choices import Choices
from catalog.tree import Picture

#: Reviews on the product page.
FIRST = 5
#: Votes on the fit below which they say nothing.
FIT_VOTES_FROM = 5
#: Width of the largest copy of a photo in the list, in pixels.
PHOTO_WIDEST = 480
ORDERS = {
    "helpful": ("-helpful_count", "-pk"),
    "newest": ("-pk",),
    "lowest": ("rating", "-pk"),
}


@dataclass(frozen=True)
class Photo:
    """A shopper's photo: its small picture, and the address of the large one."""

    picture: Picture
    url: str


@dataclass(frozen=True)
class Shown:
    """A review as readers see it. ``vote`` is what the reader said: a vote's kind or ""."""

    id: UUID
    rating: int
    title: str
    content: str
    display_name: str
    created_at: datetime
    is_verified: bool
    choice: str
    height_cm: int | None
    fit: str
    reply: str
    helpful: int
    not_helpful: int
    photos: list[Photo]
    vote: str = ""


@dataclass(frozen=True)
class FitVotes:
    """How many reviewers say that it runs small, true or large."""

    small: int
    true: int
    large: int

    @property
    def total(self) -> int:
        return self.small + self.true + self.large

    @property
    def is_telling(self) -> bool:
        """Whether they are enough to say something."""
        return self.total >= FIT_VOTES_FROM

    @property
    def place(self) -> int:
        """Where the mean lies between small (0) and large (100)."""
        return round((self.true + 2 * self.large) * 50 / self.total) if self.total else 50

    @property
    def words(self) -> str:
        """The verdict of the reviewers with its share; "" without votes."""
        if not self.total:
            return ""
        most = max(self.small, self.true, self.large)
        percent = {"percent": round(most * 100 / self.total)}
        if most == self.true:
            return gettext("True to size: %(percent)d %% say take your usual size") % percent
        if most == self.small:
            return gettext("Runs small: %(percent)d %% say take one size up") % percent
        return gettext("Runs large: %(percent)d %% say take one size down") % percent


def with_reviews(products: ProductQuerySet) -> ProductQuerySet:
    """Let ``products`` bring along what :func:`catalog.reviewing.review_list.section_of` needs."""
    first = (
        Review.objects.published()
        .filter(product=OuterRef("pk"))
        .order_by(*ORDERS["helpful"])
        .values(data=as_json())[: FIRST + 1]
    )
    return products.select_related("review_summary").annotate(
        review_rows=ArraySubquery(first), review_sizes=_sizes()
    )


def with_counts(products: ProductQuerySet) -> ProductQuerySet:
    """Let ``products`` bring along what :func:`~catalog.reviewing.review_list.read_list` needs."""
    return products.select_related("review_summary").annotate(review_sizes=_sizes())


def fit_of(product: Any) -> FitVotes:
    """What reviewers say about the fit of ``product``. No query after :func:`with_reviews`."""
    sums = sums_of(product)
    return FitVotes(sums.fit_small, sums.fit_true, sums.fit_large)


def shown_review(review: Any, choices: Choices, vote: str = "") -> Shown:
    """One review as the list shows it. One query."""
    row = Review.all_objects.filter(pk=review.pk).values_list(as_json(), flat=True).get()
    return shown_of(row, choices, vote)


def sums_of(product: Any) -> ReviewSummary:
    """The sums of ``product``; nothing but zeros while it has no reviews."""
    try:
        sums: ReviewSummary = product.review_summary
    except ReviewSummary.DoesNotExist:
        # Not the product itself: that would be given sums which are only half made, and threads
        # share it.
        return ReviewSummary(product_id=product.pk)
    return sums


def _sizes() -> ArraySubquery:
    """Slugs of the sizes that reviewers bought."""
    rows = Review.objects.published().filter(product=OuterRef("pk"), variant__isnull=False)
    return ArraySubquery(rows.order_by().values("variant__option_values__size").distinct())


def said_by(voter: str) -> Any:
    """Expression: the kind of vote that ``voter`` gave a review, NULL or "" for none."""
    if not voter:
        return Value("", output_field=CharField())
    votes = ReviewVote.objects.filter(review=OuterRef("pk"), voter=voter)
    return Subquery(votes.exclude(kind=ReviewVote.Kind.REPORT).values("kind")[:1])


def as_json() -> JSONObject:
    """Expression: a review with its photos, for :func:`shown_of`."""
    photos = (
        ReviewPhoto.objects.filter(review=OuterRef("pk"))
        .order_by("position")
        .values(data=picture_json())
    )
    return JSONObject(
        id="pk",
        rating="rating",
        title="title",
        content="content",
        display_name="display_name",
        created_at="created_at",
        is_verified="is_verified",
        options=F("variant__option_values"),
        height_cm="height_cm",
        fit="fit",
        reply="reply",
        helpful="helpful_count",
        not_helpful="not_helpful_count",
        photos=ArraySubquery(photos),
    )


def shown_of(row: dict[str, Any], choices: Choices, vote: str = "") -> Shown:
    """The review that :func:`as_json` gave; ``vote`` is the reader's."""
    options = row["options"] or {}
    names = (
        choices.get(name, options[name]).name for name in ("color", "size") if options.get(name)
    )
    media = [picture_of(photo) for photo in row["photos"]]
    return Shown(
        id=UUID(row["id"]),
        rating=row["rating"],
        title=row["title"],
        content=row["content"],
        display_name=row["display_name"],
        created_at=parse_datetime(row["created_at"]),  # type: ignore[arg-type]
        is_verified=row["is_verified"],
        choice=", ".join(names),
        height_cm=row["height_cm"],
        fit=str(Review.Fit(row["fit"]).label) if row["fit"] else "",
        reply=row["reply"],
        helpful=row["helpful"],
        not_helpful=row["not_helpful"],
        photos=[
            Photo(Picture.of(one, one.alt_text, widest=PHOTO_WIDEST), one.url) for one in media
        ],
        vote=vote,
    )
