"""The category tree."""

from typing import Any, ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.freshness import Announced
from catalog.models.listed import listing_triggers
from catalog.models.redirects import remembers_address
from shop.models import LiveManager, LiveQuerySet, Model, SoftDeletable

#: Products in the categories of {source}, called ``changed``, and in all below them.
PRODUCTS_BELOW = """
    SELECT link.product_id FROM {source}
    JOIN catalog_category below
        ON below.path = changed.path OR starts_with(below.path, changed.path || '/')
    JOIN catalog_productcategory link ON link.category_id = below.id
"""

# Whoever is putting a product in at the same moment has a lock on the row; it is waited for.
DELETED_ONLY_WHEN_EMPTY = """
    PERFORM FROM catalog_category c WHERE c.id = NEW.id FOR UPDATE;
    IF EXISTS (SELECT FROM catalog_category c WHERE c.id = NEW.id AND c.deleted_at IS NOT NULL)
    AND (
        EXISTS (
            SELECT FROM catalog_productcategory link
            JOIN catalog_product p ON p.id = link.product_id AND p.deleted_at IS NULL
            WHERE link.category_id = NEW.id
        )
        OR EXISTS (
            SELECT FROM catalog_category c WHERE c.parent_id = NEW.id AND c.deleted_at IS NULL
        )
    ) THEN
        RAISE EXCEPTION 'category % is not empty', NEW.path
            USING ERRCODE = 'check_violation', CONSTRAINT = 'category_deleted_when_empty';
    END IF;
    RETURN NULL;
"""


class CategoryQuerySet(LiveQuerySet["Category"]):
    def within(self, path: str) -> Self:
        """The category at ``path`` and all its descendants."""
        return self.filter(Q(path=path) | Q(path__startswith=f"{path}/"))


class CategoryManager(LiveManager.from_queryset(CategoryQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, path: str) -> Any:
        return self.get(path=path)


class Category(Announced, Model, SoftDeletable):
    """A node of the tree. The database derives ``path`` and ``level`` and refuses cycles."""

    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent"),
    )
    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("slug"), max_length=100)
    path = models.CharField(_("path"), max_length=500, blank=True, editable=False)
    level = models.PositiveSmallIntegerField(_("level"), default=0, editable=False)
    description = models.TextField(_("description"), blank=True)
    image = models.ForeignKey(
        "catalog.Media",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture"),
    )
    icon = models.CharField(_("icon"), max_length=50, blank=True)
    display_order = models.PositiveIntegerField(_("display order"), default=0)

    objects: ClassVar[Any] = CategoryManager()
    all_objects: ClassVar[Any] = models.Manager.from_queryset(CategoryQuerySet)()

    class Meta(Model.Meta):
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["level", "display_order", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["path"], condition=Q(deleted_at=None), name="category_path_unique"
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")), name="category_not_its_own_parent"
            ),
        ]
        indexes = [
            # Listing of a category with its descendants: path LIKE 'women/%'.
            models.Index(
                fields=["path"], opclasses=["varchar_pattern_ops"], name="category_path_prefix"
            ),
        ]
        triggers = [
            *Model.Meta.triggers,
            *listing_triggers(
                inserts=PRODUCTS_BELOW.format(source="new_rows changed"),
                updates=PRODUCTS_BELOW.format(
                    source="""new_rows changed JOIN old_rows former ON former.id = changed.id
                        AND (changed.path, changed.deleted_at)
                        IS DISTINCT FROM (former.path, former.deleted_at)"""
                ),
            ),
            remembers_address(
                "path", was="'/c/' || OLD.path || '/'", now_at="'/c/' || NEW.path || '/'"
            ),
            pgtrigger.Trigger(
                name="derive_path",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("above", "catalog_category%ROWTYPE")],
                func="""
                    IF NEW.parent_id IS NULL THEN
                        NEW.path := NEW.slug;
                        NEW.level := 0;
                        RETURN NEW;
                    END IF;
                    SELECT * INTO above FROM catalog_category WHERE id = NEW.parent_id FOR SHARE;
                    IF TG_OP = 'UPDATE' AND
                       (above.path = OLD.path OR starts_with(above.path, OLD.path || '/'))
                       AND NEW.parent_id IS DISTINCT FROM OLD.parent_id THEN
                        RAISE EXCEPTION 'category % cannot move below itself', NEW.slug
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'category_no_cycle';
                    END IF;
                    NEW.path := above.path || '/' || NEW.slug;
                    NEW.level := above.level + 1;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="deleted_only_when_empty",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("deleted_at"),
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(old__deleted_at__isnull=True, new__deleted_at__isnull=False),
                func=DELETED_ONLY_WHEN_EMPTY,
            ),
            pgtrigger.Trigger(
                name="move_children",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("path"),
                func="""
                    UPDATE catalog_category SET path = path WHERE parent_id = NEW.id;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.path,)

    def get_absolute_url(self) -> str:
        return reverse("catalog:category", args=[self.path])

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        if not kwargs.get("update_fields"):
            self.refresh_from_db(fields=["path", "level"])
