"""What pages keep in the cache of the catalog, and the word that ends it.

Products, variants, prices and pictures are read from the database for every page, so they are
always as fresh as the last commit. Kept are only the small tables that every page needs: the
category tree, the option values and the names of the brands.
"""

from typing import Any

from django.db import models

from shop import cache

NAMESPACE = "catalog"
TREE, OPTIONS, BRANDS = "tree", "options", "brands"
#: Rows that arrive without ``save()``, as by ``loaddata``, show after this at the latest.
LIFE_SECONDS = 60


def catalog_changed() -> None:
    """Forget the tree, the option values and the brands; called in the transaction of a change."""
    cache.bump(NAMESPACE, TREE, OPTIONS, BRANDS)


class Announced(models.Model):
    """A table whose rows are kept in the cache: each save and delete shows at once."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        catalog_changed()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        deleted = super().delete(*args, **kwargs)
        catalog_changed()
        return deleted
