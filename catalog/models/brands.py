"""Who makes what is sold."""

from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.freshness import Announced
from catalog.models.listed import listing_triggers
from catalog.models.media import Media
from catalog.models.redirects import remembers_address
from shop.models import LiveManager, LiveQuerySet, Model, SoftDeletable


class BrandManager(LiveManager):
    def get_by_natural_key(self, slug: str) -> Any:
        return self.get(slug=slug)


class Brand(Announced, Model, SoftDeletable):
    """Who makes it."""

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("slug"), max_length=100)
    description = models.TextField(_("description"), blank=True)
    image = models.ForeignKey(
        Media, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("picture")
    )
    #: Who answers for the safety of the goods in the EU, as product pages have to say
    #: (Regulation (EU) 2023/988): a name, a postal and an electronic address.
    maker_name = models.CharField(_("maker"), max_length=200, blank=True)
    maker_address = models.TextField(_("address of the maker"), max_length=500, blank=True)
    maker_email = models.EmailField(_("e-mail of the maker"), max_length=254, blank=True)

    objects: ClassVar[Any] = BrandManager()
    all_objects: ClassVar[Any] = models.Manager.from_queryset(LiveQuerySet)()

    class Meta(Model.Meta):
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["slug"], condition=Q(deleted_at=None), name="brand_slug_unique"
            ),
        ]
        triggers = [
            *Model.Meta.triggers,
            *listing_triggers(
                updates="""
                    SELECT product.id FROM new_rows changed
                    JOIN old_rows former ON former.id = changed.id
                    JOIN catalog_product product ON product.brand_id = changed.id
                    WHERE (changed.slug, changed.deleted_at)
                    IS DISTINCT FROM (former.slug, former.deleted_at)"""
            ),
            remembers_address(
                "slug",
                was="'/brands/' || OLD.slug || '/'",
                now_at="'/brands/' || NEW.slug || '/'",
            ),
            pgtrigger.Trigger(
                name="tells_its_name",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("name", "deleted_at"),
                func="""
                    UPDATE catalog_product SET
                        brand_name = CASE WHEN NEW.deleted_at IS NULL THEN NEW.name ELSE '' END
                    WHERE brand_id = NEW.id;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.slug,)
