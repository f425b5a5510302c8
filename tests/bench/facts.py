"""What a filled shop holds that the parts of the bench ask for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tests.bench.driver import Request

#: The size follows: answered before all middleware and routing.
BARE = "/bench/bare/"
SESSION_COOKIE = "__Host-session"
CSRF_COOKIE = "__Host-csrf"
CSRF_SECRET = "benchbenchbenchbenchbenchbench00"


@dataclass(frozen=True)
class Facts:
    """``customer`` and ``staff`` are session keys, ``search`` two words joined by "+"."""

    products: int
    category: str
    product: str
    product_id: str
    product_slug: str
    options: Mapping[str, str]
    search: str
    common_word: str
    slugs: list[str]
    #: What guests buy: page, slug and options of each; plenty of units are there.
    wares: list[dict[str, Any]]
    customer: str
    staff: str

    @property
    def pages(self) -> dict[str, str]:
        """The four kinds of pages that shoppers mostly see."""
        return {
            "home": "/",
            "category": self.category,
            "product": self.product,
            "search": self.search_page(self.search),
        }

    def search_page(self, words: str) -> str:
        return f"/search/?q={words}"

    def add_to_cart(self) -> Request:
        """The POST of someone who has no cart yet; each makes one."""
        fields = {"csrfmiddlewaretoken": CSRF_SECRET, "product": self.product_slug, **self.options}
        return Request(
            "/cart/add/",
            method="POST",
            cookie=f"{CSRF_COOKIE}={CSRF_SECRET}",
            body=urlencode(fields),
            status=303,
        )

    def as_customer(self, path: str) -> Request:
        return Request(path, cookie=f"{SESSION_COOKIE}={self.customer}")

    def as_staff(self, path: str) -> Request:
        return Request(path, cookie=f"{SESSION_COOKIE}={self.staff}")
