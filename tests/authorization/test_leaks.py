"""Nothing of one visitor in the page of another, whoever came first, cold and warm."""

import pytest
from django.core.cache import cache
from django.test import Client

from tests.authorization import world as worlds
from tests.authorization.asking import Asker
from tests.authorization.routes import ROWS, Who

pytestmark = pytest.mark.django_db(transaction=True)

#: What stands behind a link is for whoever has it; that nobody else reaches it is in the matrix.
SHARED = [row for row in ROWS if row.who not in (Who.LINK, Who.OWNER) and row.get != 405]


def marks(world):
    """What only Ada may read, in her pages or anybody's links to them."""
    person, own = world.people["customer"], world.own
    texts = [person.email, person.first_name, person.last_name]
    names = ("open_order", "order", "number", "invoice", "return", "subscription", "shared_list")
    return [*texts, *(str(own[name]) for name in names), *(str(own[key]) for key in own)]


def seen(client, address):
    response = client.get(address)
    text = response.content if not response.streaming else b"".join(response.streaming_content)
    return text.decode(errors="replace") + repr(sorted(response.headers.items()))


def test_no_page_shows_a_stranger_or_another_member_what_is_somebody_elses():
    world = worlds.build()
    asker, planted = Asker(world), marks(world)
    addresses = {row.name: asker.url(row.name, row.objects) for row in SHARED}
    ada = world.client("customer")
    stranger, ben = Client(), Client()
    ben.force_login(world.people["other"])
    cache.clear()
    leaks, shown = [], 0
    for name, address in addresses.items():
        if name == "account_logout":
            continue
        # Twice each: what the first visit of Ada left may be shown from the second on.
        mine = seen(ada, address) + seen(ada, address)
        shown += any(mark in mine for mark in planted)
        for who, client in (("a stranger", stranger), ("Ben", ben)):
            for time in ("first", "second"):
                text = seen(client, address)
                # What they asked with may come back to them, as where to go on.
                found = [mark for mark in planted if mark in text and mark not in address]
                if found:
                    leaks.append(f"{name}, {who}, {time} visit: {found}")
    assert not leaks, "\n".join(leaks)
    # The marks are in the pages they belong to, so the test can see them.
    assert shown >= 8
