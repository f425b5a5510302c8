"""Collections: garments that belong together, chosen by hand or by a rule."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.freshness import WARES, Announced
from catalog.models.listed import listing_triggers
from catalog.models.media import Media
from catalog.models.redirects import remembers_address
from shop.fields import ChoiceField
from shop.making import Version
from shop.models import LiveManager, LiveQuerySet, Model, Shown, SoftDeletable, Versioned


class CollectionManager(LiveManager):
    def get_by_natural_key(self, slug: str) -> Any:
        return self.get(slug=slug)


class Collection(Announced, Model, SoftDeletable, Versioned):
    """An ordered choice of products with a page of its own.

    A MANUAL collection holds what staff put into it. A RULE collection holds what meets all the
    conditions of ``rule`` (see ``catalog.listings.collections``); a job and each save of the
    collection bring its members up to date.
    """

    class Kind(models.TextChoices):
        MANUAL = "MANUAL", _("Chosen by hand")
        RULE = "RULE", _("By rule")

    class Status(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        ACTIVE = "ACTIVE", _("Active")
        ARCHIVED = "ARCHIVED", _("Archived")

    class Thread(models.TextChoices):
        MADDER = "madder", _("Madder")
        WELD = "weld", _("Weld")
        VERDIGRIS = "verdigris", _("Verdigris")
        WOAD = "woad", _("Woad")

    title = models.CharField(_("title"), max_length=100)
    slug = models.SlugField(_("slug"), max_length=100)
    summary = models.CharField(_("summary"), max_length=300, blank=True)
    description = models.TextField(_("description"), blank=True)
    image = models.ForeignKey(
        Media, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("picture")
    )
    thread = ChoiceField(_("thread"), max_length=10, choices=Thread.choices, default=Thread.MADDER)
    status = ChoiceField(_("status"), max_length=10, choices=Status.choices, default=Status.DRAFT)
    kind = ChoiceField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.MANUAL)
    rule = models.JSONField(_("rule"), default=dict, blank=True)
    display_order = models.PositiveIntegerField(_("display order"), default=0)
    seo_title = models.CharField(_("title for search engines"), max_length=200, blank=True)
    seo_description = models.CharField(
        _("description for search engines"), max_length=300, blank=True
    )
    products: "models.ManyToManyField[Any, CollectionProduct]" = models.ManyToManyField(
        "catalog.Product",
        through="CollectionProduct",
        related_name="collections",
        verbose_name=_("products"),
    )

    objects: ClassVar[Any] = CollectionManager()
    all_objects: ClassVar[Any] = models.Manager.from_queryset(LiveQuerySet)()

    class Meta(Model.Meta):
        verbose_name = _("collection")
        verbose_name_plural = _("collections")
        ordering = ["display_order", "title"]
        constraints = [
            models.UniqueConstraint(
                fields=["slug"], condition=Q(deleted_at=None), name="collection_slug_unique"
            ),
            models.CheckConstraint(
                condition=Q(kind="MANUAL") | ~Q(rule={}), name="collection_by_rule_has_a_rule"
            ),
        ]
        triggers = [
            *Model.Meta.triggers,
            *listing_triggers(
                updates="""
                    SELECT link.product_id FROM new_rows changed
                    JOIN old_rows former ON former.id = changed.id
                    JOIN catalog_collectionproduct link ON link.collection_id = changed.id
                    WHERE (changed.status, changed.deleted_at)
                    IS DISTINCT FROM (former.status, former.deleted_at)"""
            ),
            remembers_address(
                "slug",
                was="'/collections/' || OLD.slug || '/'",
                now_at="'/collections/' || NEW.slug || '/'",
                shown="OLD.status <> 'DRAFT'",
            ),
            # Links of menus know a collection by its slug and follow a new one, whoever wrote it.
            pgtrigger.Trigger(
                name="take_links_along",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("slug"),
                condition=pgtrigger.Q(
                    old__slug__df=pgtrigger.F("new__slug"), old__deleted_at__isnull=True
                ),
                func="""
                    UPDATE catalog_menuitem SET collection_slug = NEW.slug
                    WHERE collection_slug = OLD.slug;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    def get_absolute_url(self) -> str:
        return reverse("catalog:collection", args=[self.slug])


class CollectionProduct(Shown, Model):
    """A product's place in a collection; promotions may be for what is in one."""

    collection = models.ForeignKey(
        Collection,
        models.CASCADE,
        related_name="product_links",
        verbose_name=_("collection"),
    )
    product = models.ForeignKey(
        "catalog.Product",
        models.CASCADE,
        related_name="collection_links",
        verbose_name=_("product"),
    )
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta(Model.Meta):
        verbose_name = _("product of a collection")
        verbose_name_plural = _("products of a collection")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["collection", "product"], name="collection_product_once"
            ),
        ]
        triggers = [
            *Model.Meta.triggers,
            *listing_triggers(key="product_id", watched="t.collection_id, t.position"),
        ]

    def __str__(self) -> str:
        return f"{self.collection} / {self.product}"

    @classmethod
    def versions_of(cls, rows: Sequence[dict[str, Any]]) -> Iterable[Version]:
        return [(WARES, row["product_id"]) for row in rows]
