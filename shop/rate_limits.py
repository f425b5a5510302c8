"""How often one visitor may do something, counted in Redis."""

import time

from django.core.cache import cache
from django.http import HttpRequest

from shop.actor import client_ip
from shop.errors import TooManyRequests


def limit(request: HttpRequest, name: str, *, most: int, seconds: int, limited: str = "") -> None:
    """Count one more ``name`` of the visitor's address in this window of ``seconds``.

    Raises :class:`~shop.errors.TooManyRequests` beyond ``most``; ``limited`` says what in words.
    While Redis is away nothing is counted and everyone is let through.
    """
    window, passed = divmod(int(time.time()), seconds)
    key = f"limit:{name}:{client_ip(request) or 'local'}:{window}"
    if cache.add(key, 1, seconds):
        return
    try:
        count = cache.incr(key)
    except ValueError:
        # Redis went away between the two commands, or forgot the key.
        return
    if count is not None and count > most:
        raise TooManyRequests(seconds - passed, limited)
