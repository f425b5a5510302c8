"""What shoppers of the demo shop say, and the deliveries that prove it for most of them."""

import tomllib
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from catalog.garments.palette import BY_SLUG
from catalog.models import Product, ProductVariant, Purchase, Review, ReviewVote
from shop.operations.seeds.catalog import KEYS, Plan
from shop.operations.seeds.garment import ONE_SIZE, Garment, all_garments

BOOK: dict[str, Any] = tomllib.loads((Path(__file__).parent / "reviews.toml").read_text("utf-8"))
#: Stars of a hundred reviews.
STARS = {5: 52, 4: 29, 3: 11, 2: 5, 1: 3}
#: Verdicts on the fit of a hundred that give one.
FITS = {Review.Fit.TRUE: 66, Review.Fit.SMALL: 19, Review.Fit.LARGE: 15}
#: Of a hundred: tied to a delivery, telling their height, answered, voted on.
VERIFIED, TALL, ANSWERED, HELPFUL = 78, 45, 9, 55
#: Garments younger than this have no reviews, in days.
TOO_NEW = 8
TO_WRITE = timedelta(days=2)


@dataclass
class ReviewPlan:
    """Every review of the demo shop with its delivery and votes; the same each time."""

    catalog: Plan
    purchases: list[Purchase] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    votes: list[ReviewVote] = field(default_factory=list)
    _said: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        variants: dict[str, list[ProductVariant]] = {}
        for variant in self.catalog.variants:
            variants.setdefault(variant.product.slug, []).append(variant)
        products = {product.slug: product for product in self.catalog.products}
        for garment, product in zip(all_garments(), self.catalog.products, strict=True):
            self._review(garment, product, variants[product.slug])
        for row in BOOK["other"]:
            self._add_other(products[row["product"]], variants[row["product"]][0], row)

    def _review(self, garment: Garment, product: Product, variants: list[ProductVariant]) -> None:
        """Older garments have more to be said of them, and basics most."""
        random = Random(product.slug)  # noqa: S311
        if garment.age < TOO_NEW:
            return
        count = 2 + garment.age // 45 + random.randrange(3) + 2 * ("basics" in garment.tags)
        names = random.sample(BOOK["names"], count)
        for name in names:
            stars = random.choices(list(STARS), list(STARS.values()))[0]
            self._write(garment, product, random.choice(variants), name, stars, random)

    def _write(
        self,
        garment: Garment,
        product: Product,
        variant: ProductVariant,
        name: str,
        stars: int,
        random: Random,
    ) -> None:
        has_size = garment.sizes != (ONE_SIZE,)
        fit = ""
        if has_size and random.random() < 0.7:
            fit = random.choices(list(FITS), list(FITS.values()))[0]
        written_at = self.catalog.arrival - timedelta(
            days=random.randrange(1, garment.age - 4), minutes=random.randrange(900)
        )
        review = Review(
            id=_key_at(written_at, f"{product.slug}/{name}"),
            product=product,
            variant=variant,
            display_name=name,
            rating=stars,
            title=self._pick(BOOK["titles"][str(stars)], random),
            content=self._text(garment, variant, stars, fit, random),
            fit=fit,
            height_cm=random.randrange(156, 196)
            if has_size and random.randrange(100) < TALL
            else None,
            status=Review.Status.APPROVED,
            moderated_at=written_at + timedelta(hours=3),
            created_at=written_at,
        )
        if random.randrange(100) < VERIFIED:
            review.purchase = self._deliver(variant, name, written_at, random)
            review.is_verified = True
        if random.randrange(100) < ANSWERED or stars == 1:
            review.reply = next(row["text"] for row in BOOK["reply"] if row["stars"] == stars)
            review.replied_at = written_at + timedelta(days=1)
        self.reviews.append(review)
        if random.randrange(100) < HELPFUL:
            self._vote(review, random)

    def _text(
        self, garment: Garment, variant: ProductVariant, stars: int, fit: str, random: Random
    ) -> str:
        kinds = [row for row in BOOK["kind"].values() if garment.type in row["garments"]]
        good = [text for kind in kinds for text in kind["good"]]
        doubt = [text for kind in kinds for text in kind["doubt"]]
        closing = BOOK["closing"]
        banks = {
            5: [good, closing["good"]],
            4: [good, random.choice([doubt, closing["mild"]])],
            3: [good, doubt],
            2: [doubt, closing["bad"]],
            1: [doubt, closing["bad"]],
        }[stars]
        sentences = [self._pick(bank, random) for bank in banks]
        if fit:
            sentences.insert(1, self._pick(BOOK["fit"][fit], random))
        if stars == 5 and random.random() < 0.4:
            sentences.insert(1, self._pick(good, random))
        color = BY_SLUG[variant.option_values["color"]].name.lower()
        return " ".join(dict.fromkeys(sentences)).replace("{color}", color)

    def _pick(self, bank: list[str], random: Random) -> str:
        """One of those that were used least so far."""
        least = min(self._said[text] for text in bank)
        text = random.choice([text for text in bank if self._said[text] == least])
        self._said[text] += 1
        return text

    def _deliver(
        self, variant: ProductVariant, name: str, written_at: datetime, random: Random
    ) -> Purchase:
        """Bought by a guest before this shop kept its own orders."""
        known_by = uuid.uuid5(KEYS, f"purchase/{variant.product.slug}/{name}")
        number = f"A-{known_by.hex[:8]}"
        purchase = Purchase(
            id=known_by,
            variant=variant,
            email=f"guest-{known_by.hex[:8]}@mail.example",
            order_number=number.upper(),
            quantity=1,
            delivered_at=written_at - TO_WRITE - timedelta(hours=random.randrange(48)),
        )
        self.purchases.append(purchase)
        return purchase

    def _vote(self, review: Review, random: Random) -> None:
        for voter in range(random.randrange(1, 7)):
            is_helpful = random.random() < (0.9 if review.rating > 2 else 0.6)
            kind = ReviewVote.Kind.HELPFUL if is_helpful else ReviewVote.Kind.NOT_HELPFUL
            digest = uuid.uuid5(KEYS, f"voter/{review.product.slug}/{review.display_name}/{voter}")
            self.votes.append(ReviewVote(review=review, voter=digest.hex, kind=kind))

    def _add_other(self, product: Product, variant: ProductVariant, row: dict[str, Any]) -> None:
        written_at = self.catalog.arrival - timedelta(hours=2 + 3 * len(self.reviews) % 40)
        is_rejected = row["status"] == Review.Status.REJECTED
        self.reviews.append(
            Review(
                id=_key_at(written_at, f"{product.slug}/{row['name']}"),
                product=product,
                variant=variant,
                display_name=row["name"],
                rating=row["stars"],
                title=row["title"],
                content=row["text"],
                status=row["status"],
                rejection_reason=row.get("reason", ""),
                moderated_at=written_at if is_rejected else None,
                created_at=written_at,
            )
        )


def _key_at(at: datetime, name: str) -> uuid.UUID:
    """A UUIDv7 of that time: lists of reviews are in the order of their keys."""
    rest = uuid.uuid5(KEYS, f"review/{name}").int & ((1 << 62) - 1)
    return uuid.UUID(int=int(at.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62 | rest)
