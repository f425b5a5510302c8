"""What the catalog holds of people: what they wrote, wish for and bought."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, cast
from uuid import UUID

from django.db import models
from django.db.models import Q

from catalog.freshness import product_changed
from catalog.models import (
    Purchase,
    Review,
    ReviewPhoto,
    ReviewVote,
    Subscription,
    Wishlist,
    WishlistItem,
)
from catalog.pictures import personal as pictures
from catalog.wishes import wishlist
from shop.accounts.privacy.own import alias
from shop.accounts.privacy.parts import Part, impersonal, register
from shop.accounts.privacy.people import ERASED_DOMAIN, ERASED_NAME, NOTHING, Person


def declare() -> None:
    """Fill the register; called once when Django is ready."""
    register(
        Part(
            ReviewPhoto,
            lambda person: Q(review__in=_reviews_of(person)),
            files=_photo,
            erase=_forget_photos,
        ),
        Part(ReviewVote, _votes_of, erased={"voter": _nobody, "reason": ""}, secret=("voter",)),
        Part(
            Review,
            lambda person: Q(pk__in=_reviews_of(person)),
            # The words stay, as others rely on them; nobody's name stands below.
            erased={"display_name": ERASED_NAME, "height_cm": None},
            kept=("title", "content", "reply", "rejection_reason"),
            changed=lambda rows: product_changed(*(row.product_id for row in rows)),
        ),
        Part(
            WishlistItem,
            lambda person: person.is_user("wishlist__user"),
            is_deleted=True,
        ),
        Part(
            Wishlist,
            lambda person: person.is_user(),
            is_deleted=True,
            secret=("share_token", "token_digest"),
            changed=_end_marks,
        ),
        Part(
            Subscription,
            lambda person: person.owns(),
            is_deleted=True,
            secret=("token",),
            addresses=("email",),
        ),
        Part(
            Purchase,
            lambda person: person.owns(),
            erased={"email": alias},
            kept=("order_number",),
            addresses=("email",),
        ),
    )
    impersonal(
        "pictures and files of the shop; those of people go with their links", "catalog.Media"
    )
    impersonal(
        "searches of all visitors by day, without addresses and long numbers",
        "catalog.PopularSearch",
        "catalog.SearchTerm",
        "catalog.SearchWord",
    )
    impersonal(
        "what the shop sells and says",
        "catalog.Brand",
        "catalog.Category",
        "catalog.Collection",
        "catalog.CollectionProduct",
        "catalog.ContentPage",
        "catalog.ExportSchedule",
        "catalog.ImportBatch",
        "catalog.ImportPicture",
        "catalog.ImportRow",
        "catalog.ListedCount",
        "catalog.ListedProduct",
        "catalog.Menu",
        "catalog.MenuItem",
        "catalog.OptionValue",
        "catalog.PageUse",
        "catalog.PriceChange",
        "catalog.PriceSchedule",
        "catalog.Product",
        "catalog.ProductCategory",
        "catalog.ProductExport",
        "catalog.ProductLink",
        "catalog.ProductMedia",
        "catalog.ProductVariant",
        "catalog.Redirect",
        "catalog.ReviewSummary",
        "catalog.SearchRedirect",
        "catalog.SitemapFile",
        "catalog.SizeChart",
        "catalog.SoldOnDay",
        "catalog.StalePlace",
        "catalog.Synonym",
    )


def _end_marks(rows: Sequence[Wishlist]) -> None:
    for row in rows:
        wishlist.forget(row)


def _reviews_of(person: Person) -> "models.QuerySet[Any, Any]":
    """Reviews of the account, and those that a guest's delivery proves."""
    by_delivery = Q(user=None, purchase__in=Purchase._base_manager.filter(person.owns()))
    return Review._base_manager.filter(person.is_user() | by_delivery).values("pk")


def _votes_of(person: Person) -> Q:
    if person.user_id is None:
        return NOTHING
    return Q(voter=str(person.user_id)) | Q(voter=_nobody(person))


def _nobody(person: Person) -> str:
    """Who voted, once nobody is to know."""
    return person.alias.removesuffix(ERASED_DOMAIN) or "nobody"


def _forget_photos(person: Person, keys: Collection[UUID]) -> list[models.Model]:
    return pictures.forget(ReviewPhoto, keys)


def _photo(row: models.Model) -> Iterator[tuple[str, bytes]]:
    yield from pictures.told(cast("ReviewPhoto", row).media, "photos-of-reviews")
