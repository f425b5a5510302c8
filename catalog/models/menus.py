"""Menus that staff arrange: links of the header and the columns of the footer."""

from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.freshness import Announced
from catalog.models.categories import Category
from catalog.models.content import ContentPage
from shop.fields import ChoiceField
from shop.models import Manager, Model


class MenuManager(Manager):
    def get_by_natural_key(self, slot: str) -> Any:
        return self.get(slot=slot)


class Menu(Announced, Model):
    """The links of one place on every page; ``title`` heads a column of the footer."""

    class Slot(models.TextChoices):
        MAIN = "MAIN", _("Header, after the categories")
        FOOTER_HELP = "FOOTER_HELP", _("Footer: help")
        FOOTER_SHOP = "FOOTER_SHOP", _("Footer: shop")
        FOOTER_SERVICE = "FOOTER_SERVICE", _("Footer: service")
        FOOTER_POLICIES = "FOOTER_POLICIES", _("Footer: policies")

    slot = ChoiceField(_("place"), max_length=20, choices=Slot.choices, unique=True)
    title = models.CharField(_("title"), max_length=50)

    objects: ClassVar[Any] = MenuManager()

    class Meta(Model.Meta):
        verbose_name = _("menu")
        verbose_name_plural = _("menus")
        ordering = ["slot"]

    def __str__(self) -> str:
        return f"{self.get_slot_display()}: {self.title}"

    def natural_key(self) -> tuple[str]:
        return (self.slot,)


class MenuItem(Announced, Model):
    """A link of a menu, perhaps below another one. One that leads nowhere is not shown."""

    class Target(models.TextChoices):
        PAGE = "PAGE", _("Content page")
        CATEGORY = "CATEGORY", _("Category")
        COLLECTION = "COLLECTION", _("Collection")
        PATH = "PATH", _("Path of this shop")
        URL = "URL", _("Another site")

    menu = models.ForeignKey(Menu, models.CASCADE, related_name="items", verbose_name=_("menu"))
    parent = models.ForeignKey(
        "self",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("below"),
    )
    label = models.CharField(_("label"), max_length=80)
    position = models.PositiveIntegerField(_("position"), default=0)
    target = ChoiceField(_("leads to"), max_length=10, choices=Target.choices)
    page = models.ForeignKey(
        ContentPage,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("content page"),
    )
    category = models.ForeignKey(
        Category,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("category"),
    )
    collection_slug = models.SlugField(_("collection"), max_length=100, blank=True)
    address = models.CharField(
        _("path or address"),
        max_length=300,
        blank=True,
        help_text=_("Such as /search/ or https://…"),
    )

    class Meta(Model.Meta):
        verbose_name = _("menu item")
        verbose_name_plural = _("menu items")
        ordering = ["position", "label"]
        constraints = [
            models.UniqueConstraint(
                fields=["menu", "parent", "label"],
                name="menu_item_label_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(target="PAGE", page__isnull=False)
                | Q(target="CATEGORY", category__isnull=False)
                | Q(target="COLLECTION") & ~Q(collection_slug="")
                | Q(target="PATH", address__startswith="/") & ~Q(address__regex=r"^/[/\\]")
                | Q(target="URL", address__startswith="https://"),
                name="menu_item_has_its_target",
            ),
        ]
        triggers = [
            *Model.Meta.triggers,
            pgtrigger.Trigger(
                name="two_levels",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(new__parent__isnull=False),
                func="""
                    IF NOT EXISTS (
                        SELECT FROM catalog_menuitem
                        WHERE id = NEW.parent_id AND menu_id = NEW.menu_id AND parent_id IS NULL
                        AND id <> NEW.id
                    ) OR EXISTS (SELECT FROM catalog_menuitem WHERE parent_id = NEW.id) THEN
                        RAISE EXCEPTION 'menu item % would be on a third level', NEW.label
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'menu_item_two_levels';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.label
