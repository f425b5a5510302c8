"""What shoppers say of a load product: none of every other one, few of most, many of some."""

from dataclasses import dataclass
from random import Random

from shop.operations.load.copying import NULL
from shop.operations.load.words import DOUBTS, PRAISE, REVIEWERS

UNREVIEWED = 0.5
MOST_REVIEWS = 200
_FITS = ("TRUE", "SMALL", "LARGE", "")
_FIT_ODDS = (60, 75, 90, 100)
_STATUSES = ("APPROVED", "PENDING", "REJECTED")
_STATUS_ODDS = (96, 99, 100)


@dataclass(frozen=True)
class Review:
    """One review; ``values`` are name, rating, title, text, fit, height, status and why not."""

    rating: int
    fit: str
    status: str
    values: tuple[object, ...]


@dataclass(frozen=True)
class Rated:
    """The reviews of a product and what the published ones add up to."""

    reviews: tuple[Review, ...]

    @property
    def count(self) -> int:
        return len(self._published)

    @property
    def average(self) -> str:
        """To two places as PostgreSQL rounds it, or NULL."""
        if not self.count:
            return NULL
        total = sum(review.rating for review in self._published)
        hundredths = (total * 200 + self.count) // (2 * self.count)
        return f"{hundredths // 100}.{hundredths % 100:02d}"

    @property
    def sums(self) -> list[int]:
        """How many gave 1 to 5 stars, and how many found it small, true and large."""
        ratings = [review.rating for review in self._published]
        fits = [review.fit for review in self._published]
        return [
            *(ratings.count(stars) for stars in range(1, 6)),
            *(fits.count(fit) for fit in ("SMALL", "TRUE", "LARGE")),
        ]

    @property
    def _published(self) -> list[Review]:
        return [review for review in self.reviews if review.status == "APPROVED"]


NONE = Rated(())


def make(random: Random) -> Rated:
    """The reviews of one product, around what it deserves."""
    if random.random() < UNREVIEWED:
        return NONE
    deserved = 3 + 2 * random.betavariate(4, 2)
    count = min(int(random.paretovariate(1.4)), MOST_REVIEWS)
    return Rated(tuple(_review(random, deserved) for _ in range(count)))


def _review(random: Random, deserved: float) -> Review:
    rating = min(5, max(1, round(random.gauss(deserved, 0.9))))
    fit = random.choices(_FITS, cum_weights=_FIT_ODDS)[0]
    status = random.choices(_STATUSES, cum_weights=_STATUS_ODDS)[0]
    said = random.choice(PRAISE if rating > 3 else DOUBTS)
    more = random.choice(DOUBTS if rating < 5 else PRAISE)
    height = random.randrange(155, 195) if random.random() < 0.4 else NULL
    reason = "Not about the garment." if status == "REJECTED" else ""
    values = (
        random.choice(REVIEWERS), rating, said.rstrip("."), f"{said} {more}", fit, height,
        status, reason,
    )  # fmt: skip
    return Review(rating, fit, status, values)
