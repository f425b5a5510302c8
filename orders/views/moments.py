"""Pages of cart and checkout, which ask Redis once for what they have in common."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.http import HttpRequest

from catalog.freshness import BRANDS, MENUS, NAMESPACE, TREE
from inventory.models.locations import LOCATIONS
from orders.models.delivery import DELIVERY
from orders.models.promotions import PROMOTIONS
from orders.models.taxes import TAXES
from shop.held import at_one_moment

P = ParamSpec("P")
R = TypeVar("R")

_COMMON = (
    *((NAMESPACE, key) for key in (TREE, BRANDS, MENUS)),
    DELIVERY,
    LOCATIONS,
    PROMOTIONS,
    TAXES,
)


def at_one_look(
    view: Callable[Concatenate[HttpRequest, P], R],
) -> Callable[Concatenate[HttpRequest, P], R]:
    """Let a page show what stood when it was asked for, or later.

    What is decided of it goes by the newest of each: :mod:`orders.checkouts.placing` looks anew.
    """

    @wraps(view)
    def respond(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> R:
        with at_one_moment(*_COMMON):
            return view(request, *args, **kwargs)

    return respond
