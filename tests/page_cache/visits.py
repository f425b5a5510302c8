"""Visits to the pages that all visitors share, by strangers and by members."""

import re

from django.test import Client

from shop import cache
from shop.accounts.models import User

HOME, CATEGORY, PRODUCT, SEARCH = "/", "/c/tops/", "/p/plain-tee/", "/search/?q=plain"
PAGES = [HOME, CATEGORY, PRODUCT, SEARCH]


def member(email="ada@example.com"):
    client = Client()
    client.force_login(User.objects.create_user(email=email))
    return client


def is_member(html):
    return ">Account<" in html.partition("</header>")[0]


def outcome(path, client=None, **headers):
    """What the cache made of a request."""
    before = cache.counts()
    response = (client or Client()).get(path, headers=headers)
    [word] = [
        word
        for word in ("hit", "miss", "bypass")
        if cache.counts().get(("page", word), 0) > before.get(("page", word), 0)
    ]
    return word, response


def text(path, client=None):
    return (client or Client()).get(path).content.decode()


def unmasked(html):
    return re.sub(r'(name="csrfmiddlewaretoken" value=")\w+', r"\1", html)


def buy(client, product):
    client.get(PRODUCT)
    color, size = "navy", "m"
    data = {"product": product.slug, "color": color, "size": size}
    return client.post("/cart/add/", data)
