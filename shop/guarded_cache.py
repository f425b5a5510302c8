"""Django's cache framework on a Redis that may be away."""

from typing import Any

from django_redis.cache import RedisCache


class GuardedCache(RedisCache):
    """Reads find nothing and writes are lost while Redis is away, and people still sign in."""

    def add(self, *args: Any, **kwargs: Any) -> bool:
        """Whether the key was new; yes while Redis is away.

        Rate limits lock with it. A limit that cannot count lets people through: the shop keeps
        going, and passwords are still checked by a slow hash.
        """
        added = super().add(*args, **kwargs)
        return True if added is None else bool(added)
