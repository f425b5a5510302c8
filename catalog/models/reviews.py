"""What shoppers say about a product."""

from typing import Any, ClassVar, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.media import Media
from shop.fields import ChoiceField
from shop.models import LiveManager, LiveQuerySet, Model, SoftDeletable, Versioned

#: Under this name the audit log keeps what an author said against a rejection.
APPEAL = "appeal"

# Each review moves the sums of its product by what it adds or takes away. The sums are one row,
# so that two approvals at once wait for each other, and neither reads what the other wrote late.
COUNT_REVIEW = """
    IF TG_OP = 'UPDATE'
        AND (OLD.status, OLD.deleted_at IS NULL, OLD.product_id, OLD.rating, OLD.fit)
        = (NEW.status, NEW.deleted_at IS NULL, NEW.product_id, NEW.rating, NEW.fit)
    THEN
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' AND OLD.status = 'APPROVED' AND OLD.deleted_at IS NULL THEN
        PERFORM catalog_count_review(OLD.product_id, OLD.rating, OLD.fit, -1);
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.status = 'APPROVED' AND NEW.deleted_at IS NULL THEN
        PERFORM catalog_count_review(NEW.product_id, NEW.rating, NEW.fit, 1);
    END IF;
    RETURN NULL;
"""

# Not through the version of the product: a rating is no edit that could get in someone's way.
RATE_PRODUCT = """
    UPDATE catalog_product p SET
        rating_count = reviews,
        rating_average = round(stars::numeric / nullif(reviews, 0), 2)
    FROM (VALUES (
        NEW.stars_1 + NEW.stars_2 + NEW.stars_3 + NEW.stars_4 + NEW.stars_5,
        NEW.stars_1 + NEW.stars_2 * 2 + NEW.stars_3 * 3 + NEW.stars_4 * 4 + NEW.stars_5 * 5
    )) AS sums (reviews, stars)
    WHERE p.id = NEW.product_id
    AND (p.rating_count, p.rating_average)
        IS DISTINCT FROM (reviews, round(stars::numeric / nullif(reviews, 0), 2));
    RETURN NULL;
"""

COUNT_VOTE = """
    UPDATE catalog_review r SET
        helpful_count = r.helpful_count + coalesce(v.helpful, 0),
        not_helpful_count = r.not_helpful_count + coalesce(v.not_helpful, 0),
        report_count = r.report_count + coalesce(v.reports, 0)
    FROM (
        SELECT review_id,
            sum(side) FILTER (WHERE kind = 'HELPFUL') AS helpful,
            sum(side) FILTER (WHERE kind = 'NOT_HELPFUL') AS not_helpful,
            sum(side) FILTER (WHERE kind = 'REPORT') AS reports
        FROM (VALUES (OLD.review_id, OLD.kind, -1), (NEW.review_id, NEW.kind, 1))
            AS sides (review_id, kind, side)
        WHERE review_id IS NOT NULL
        GROUP BY review_id
    ) AS v
    WHERE r.id = v.review_id;
    RETURN NULL;
"""


class ReviewQuerySet(LiveQuerySet["Review"]):
    def published(self) -> Self:
        """What the product page shows."""
        return self.filter(status=Review.Status.APPROVED, deleted_at=None)

    def waiting(self) -> Self:
        """What staff has to look at: new ones, and published ones that people report."""
        is_open = Q(status=Review.Status.PENDING) | Q(report_count__gt=0)
        return self.filter(is_open, deleted_at=None)


class ReviewManager(LiveManager.from_queryset(ReviewQuerySet)):  # type: ignore[misc]
    pass


class Review(Model, SoftDeletable, Versioned):
    """A rating with words. Shown once APPROVED; one live review per person and product."""

    #: What the audit log tells of a review beside its columns.
    logged: ClassVar[dict[str, Any]] = {APPEAL: _("Appeal of the author")}

    class Status(models.TextChoices):
        PENDING = "PENDING", _("Waiting")
        APPROVED = "APPROVED", _("Published")
        REJECTED = "REJECTED", _("Rejected")

    class Fit(models.TextChoices):
        SMALL = "SMALL", _("Runs small")
        TRUE = "TRUE", _("True to size")
        LARGE = "LARGE", _("Runs large")

    product = models.ForeignKey(
        "catalog.Product", models.PROTECT, related_name="reviews", verbose_name=_("product")
    )
    variant = models.ForeignKey(
        "catalog.ProductVariant",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("variant bought"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reviews",
        verbose_name=_("person"),
    )
    #: The delivery that proves it was bought.
    purchase = models.ForeignKey(
        "catalog.Purchase",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="reviews",
        verbose_name=_("delivered piece"),
    )
    display_name = models.CharField(_("name shown"), max_length=50)
    rating = models.PositiveSmallIntegerField(_("rating"))
    title = models.CharField(_("title"), max_length=120, blank=True)
    content = models.TextField(_("text"), max_length=4000)
    fit = ChoiceField(_("fit"), max_length=5, choices=Fit.choices, blank=True)
    height_cm = models.PositiveSmallIntegerField(_("height in cm"), null=True, blank=True)
    is_verified = models.BooleanField(_("verified purchase"), default=False, editable=False)
    status = ChoiceField(_("status"), max_length=10, choices=Status.choices, default=Status.PENDING)
    rejection_reason = models.CharField(_("reason of rejection"), max_length=300, blank=True)
    moderated_at = models.DateTimeField(_("moderated"), null=True, blank=True, editable=False)
    moderated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("moderated by"),
    )
    reply = models.TextField(_("reply of the shop"), max_length=2000, blank=True)
    replied_at = models.DateTimeField(_("replied"), null=True, blank=True, editable=False)
    helpful_count = models.PositiveIntegerField(_("helpful"), default=0, editable=False)
    not_helpful_count = models.PositiveIntegerField(_("not helpful"), default=0, editable=False)
    report_count = models.PositiveIntegerField(_("reports"), default=0, editable=False)
    photos: "models.ManyToManyField[Media, ReviewPhoto]" = models.ManyToManyField(
        Media, through="ReviewPhoto", related_name="reviews", verbose_name=_("photos")
    )

    objects: ClassVar[Any] = ReviewManager()
    all_objects: ClassVar[Any] = models.Manager.from_queryset(ReviewQuerySet)()

    class Meta(Model.Meta):
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "user"],
                condition=Q(deleted_at=None, user__isnull=False),
                name="review_one_per_person_and_product",
            ),
            models.UniqueConstraint(
                fields=["purchase"],
                condition=Q(deleted_at=None, purchase__isnull=False),
                name="review_one_per_purchase",
            ),
            models.CheckConstraint(
                condition=Q(is_verified=False) | Q(purchase__isnull=False),
                name="review_verified_by_a_purchase",
            ),
            models.CheckConstraint(condition=Q(rating__range=(1, 5)), name="review_rating_1_to_5"),
            models.CheckConstraint(
                condition=Q(height_cm=None) | Q(height_cm__range=(50, 250)),
                name="review_height_is_human",
            ),
            models.CheckConstraint(
                condition=~Q(status="REJECTED") | ~Q(rejection_reason=""),
                name="review_rejected_with_a_reason",
            ),
        ]
        indexes = [
            # Reviews of a product page: helpful first, newest first, lowest first.
            models.Index(
                fields=["product", "-helpful_count", "-id"],
                condition=Q(status="APPROVED", deleted_at=None),
                name="review_helpful",
            ),
            models.Index(
                fields=["product", "-id"],
                condition=Q(status="APPROVED", deleted_at=None),
                name="review_newest",
            ),
            models.Index(
                fields=["product", "rating", "-id"],
                condition=Q(status="APPROVED", deleted_at=None),
                name="review_by_rating",
            ),
            # Back office: all reviews, the newest first.
            models.Index(
                fields=["-created_at", "-id"], condition=Q(deleted_at=None), name="review_list"
            ),
            # Moderation queue, oldest first: what is new, and what people report.
            models.Index(
                fields=["id"],
                condition=Q(Q(status="PENDING") | Q(report_count__gt=0), deleted_at=None),
                name="review_waiting",
            ),
        ]
        triggers = [
            *Model.Meta.triggers,
            pgtrigger.Trigger(
                name="count_review",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=COUNT_REVIEW,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rating}/5 {self.title or self.content[:40]}"


class ReviewSummary(models.Model):
    """What the published reviews of a product add up to: by stars, and by how it fits.

    Kept by triggers of :class:`Review`; it gives the product its rating.
    ``catalog.reviewing.ratings`` counts it again each night.
    """

    is_derived = True

    product = models.OneToOneField(
        "catalog.Product",
        models.CASCADE,
        primary_key=True,
        related_name="review_summary",
        verbose_name=_("product"),
    )
    stars_1 = models.PositiveIntegerField(_("with one star"), default=0, db_default=0)
    stars_2 = models.PositiveIntegerField(_("with two stars"), default=0, db_default=0)
    stars_3 = models.PositiveIntegerField(_("with three stars"), default=0, db_default=0)
    stars_4 = models.PositiveIntegerField(_("with four stars"), default=0, db_default=0)
    stars_5 = models.PositiveIntegerField(_("with five stars"), default=0, db_default=0)
    fit_small = models.PositiveIntegerField(_("runs small"), default=0, db_default=0)
    fit_true = models.PositiveIntegerField(_("true to size"), default=0, db_default=0)
    fit_large = models.PositiveIntegerField(_("runs large"), default=0, db_default=0)

    class Meta:
        verbose_name = _("sums of reviews")
        verbose_name_plural = _("sums of reviews")
        triggers = [
            pgtrigger.Trigger(
                name="rate_product",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=RATE_PRODUCT,
            ),
        ]

    def __str__(self) -> str:
        return str(self.product)


class ReviewPhoto(Model):
    """A picture that a shopper sent with a review."""

    review = models.ForeignKey(
        Review, models.CASCADE, related_name="photo_links", verbose_name=_("review")
    )
    media = models.ForeignKey(
        Media, models.PROTECT, related_name="review_links", verbose_name=_("picture")
    )
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta(Model.Meta):
        verbose_name = _("photo of a review")
        verbose_name_plural = _("photos of reviews")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["review", "media"], name="review_photo_once"),
        ]

    def __str__(self) -> str:
        return str(self.media)


class ReviewVote(Model):
    """Whether a review helped someone, or that they report it; one word per person and kind.

    ``voter`` is a user's id, or the digest of the token in a guest's cookie.
    """

    class Kind(models.TextChoices):
        HELPFUL = "HELPFUL", _("Helpful")
        NOT_HELPFUL = "NOT_HELPFUL", _("Not helpful")
        REPORT = "REPORT", _("Reported")

    review = models.ForeignKey(
        Review, models.CASCADE, related_name="votes", verbose_name=_("review")
    )
    voter = models.CharField(_("voter"), max_length=64)
    kind = ChoiceField(_("kind"), max_length=12, choices=Kind.choices)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta(Model.Meta):
        verbose_name = _("vote on a review")
        verbose_name_plural = _("votes on reviews")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "voter"],
                condition=~Q(kind="REPORT"),
                name="review_vote_one_per_person",
            ),
            models.UniqueConstraint(
                fields=["review", "voter"],
                condition=Q(kind="REPORT"),
                name="review_report_one_per_person",
            ),
        ]
        triggers = [
            *Model.Meta.triggers,
            pgtrigger.Trigger(
                name="count_vote",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=COUNT_VOTE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.review}"
