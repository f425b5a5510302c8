"""Whole pages, kept once for all visitors, with each visitor's own parts put in per request.

What is promised: a page is never older than the last committed change of what it is made of,
nothing of one visitor is in it, a hit costs one round trip to Redis and no query, for members
too once they are remembered (:mod:`shop.page_cache.members`), and Redis in any state never raises
to a visitor.

How. A view opts in with :func:`shared`. It is run as for a stranger: without the visitor's
cookies, session and user, so that it cannot show them. What it reads meanwhile says so with
:func:`made_of` (``cache.read_through`` does by itself); each such version has a random token in
Redis (``shop.versioned``), and a page is stored with the tokens of all its versions. A hit
compares them in the same Lua script that fetches the page.

Why a racing writer leaves no old page behind. A writer puts a mark in place of the token inside
its transaction and removes it after the commit; both steps note in the hash of changes, by its
clock, that this version changed. A reader takes the clock before it reads anything and stores
its page in one script, which refuses if a version carries a mark or changed since. So, for data
that a reader saw before the writer's commit: if the writer's steps came before the store, one of
them is noted after the reader's clock or the mark still stands, and nothing is stored; if they
come after it, they replace the token the page was stored with, and it never counts again. The
order in which a page learns what it is made of does not matter. Lost hash, lost token: no hit.

The parts of a visitor (CSRF token, cart, account, words left by the request before) stand in the
page as marks with a random nonce. ``{% visitor_part "tools" %}`` makes them; the setting
``PAGE_CACHE_PARTS`` says which function renders each for a request.
"""

from shop.making import made_of
from shop.page_cache.sharing import shared

__all__ = ["made_of", "shared"]
