"""Fills a data folder for the bench and writes down what its parts ask for."""

import json
import re
from argparse import ArgumentParser
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.models import Count
from django.urls import reverse

from catalog.models import Category, Product, ProductVariant
from inventory.models import Stock
from inventory.stock import adjust_many
from shop.accounts.models import User
from shop.operations.assets import refresh_static_files
from tests.bench.facts import Facts

#: Titles that the search words are chosen from.
TITLES = 5_000
#: Products that the mixed requests go to.
MIXED = 200
#: Products that guests buy, and the units that lie ready of each.
WARES = 200
PLENTY = 100_000
ENOUGH_UNITS = 5


class Command(BaseCommand):
    help = "Fill the data folder of the bench and write its facts as JSON."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--products", type=int, required=True, help="0: the bare settings only")
        parser.add_argument("--facts", type=Path, required=True, help="the file to write")

    def handle(self, *args: Any, products: int, facts: Path, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("seed", profile="demo" if products else "production", verbosity=0)
        if products > Product.objects.count() and "generate_load" in get_commands():
            call_command("generate_load", products=products, verbosity=0)
        if products:
            refresh_static_files()
        # With DEBUG off the shop refuses to open while anyone can sign in with a known password.
        User.objects.update(password=make_password(None))
        with connection.cursor() as cursor:
            # What is done here for a million products takes longer than a page may.
            cursor.execute("SET statement_timeout = 0")
            cursor.execute("VACUUM (ANALYZE)")
        if products:
            facts.write_text(json.dumps(vars(gather())))


def gather() -> Facts:
    """Addresses and log-ins that show the shop at work."""
    published = Product.objects.published()
    slugs = list(published.order_by("-published_at", "-pk").values_list("slug", flat=True)[:MIXED])
    variant = (
        ProductVariant.objects.filter(
            product__in=published, stocks__available__gte=ENOUGH_UNITS, price__gt=0
        )
        .select_related("product")
        .order_by("pk")[:1]
        .get()
    )
    crowded = (
        Category.objects.annotate(products_in=Count("products"))
        .order_by("-products_in", "path")
        .values_list("path", flat=True)
    )
    words, common = search_words()
    return Facts(
        products=Product.objects.count(),
        category=reverse("catalog:category", args=[crowded[0]]),
        product=variant.product.get_absolute_url(),
        product_id=str(variant.product_id),
        product_slug=variant.product.slug,
        options=dict(variant.option_values),
        search=words,
        common_word=common,
        slugs=slugs,
        wares=wares(),
        customer=session_of("bench-customer@selvedge.example"),
        staff=session_of("bench-staff@selvedge.example", is_staff=True, is_superuser=True),
    )


def wares() -> list[dict[str, Any]]:
    """Variants dear enough for an order of one, with so many units that none sells out."""
    chosen = (
        Stock.objects.filter(
            location__can_ship=True,
            variant__product__in=Product.objects.published(),
            variant__deleted_at=None,
            variant__price__gte=settings.ORDER_SUBTOTAL_MIN,
            variant__price__lte=settings.ORDER_SUBTOTAL_MAX,
        )
        .select_related("variant__product")
        .order_by("pk")[:WARES]
    )
    low = {stock.pk: PLENTY for stock in chosen if stock.available < PLENTY}
    adjust_many(low, note="Bench")
    variants = [stock.variant for stock in chosen]
    return [
        {
            "page": variant.product.get_absolute_url(),
            "slug": variant.product.slug,
            "options": dict(variant.option_values),
        }
        for variant in variants
    ]


def search_words() -> tuple[str, str]:
    """The two words that stand together in most titles, and the most common word."""
    single: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for title in Product.objects.published().values_list("title", flat=True)[:TITLES]:
        words = sorted({word for word in re.findall(r"\w+", title.lower()) if len(word) > 2})
        single.update(words)
        pairs.update(combinations(words, 2))
    [[pair, _count]] = pairs.most_common(1)
    [[common, _count]] = single.most_common(1)
    return "+".join(pair), common


def session_of(email: str, **fields: Any) -> str:
    """The session cookie of someone who is signed in; made if there is no such account."""
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, first_name="Bench", **fields)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.set_expiry(24 * 3600)
    session.create()
    return session.session_key
