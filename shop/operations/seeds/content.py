"""Pages and menus of the demo shop as unsaved rows."""

import tomllib
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from catalog.models import Category, ContentPage, Media, Menu, MenuItem
from shop.operations.seeds.catalog import KEYS, Plan

FOLDER = Path(__file__).parent
FILES = ("help", "care", "policies", "journal")
#: Age of the pages that have no date of their own, in days.
AGE_DAYS = 90


def _read(name: str) -> Any:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))


@dataclass
class ContentPlan:
    """Every page and menu of the demo shop; ``catalog`` has the pictures and categories."""

    catalog: Plan
    pages: list[ContentPage] = field(default_factory=list)
    menus: list[Menu] = field(default_factory=list)
    items: list[MenuItem] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in FILES:
            for row in _read(f"pages/{name}")["page"]:
                self.pages.append(self._page(**row))
        for menu in _read("menus")["menu"]:
            self._add(menu)

    def _page(self, *, days_ago: int = AGE_DAYS, picture: str = "", **row: Any) -> ContentPage:
        written_at: datetime = self.catalog.arrival - timedelta(days=days_ago)
        row["body"] = row["body"].strip()
        return ContentPage(
            **row,
            image=self._media[picture] if picture else None,
            status=ContentPage.Status.PUBLISHED,
            published_at=written_at,
            revised_at=written_at,
        )

    @property
    def _media(self) -> dict[str, Media]:
        return self.catalog.category_media

    def _add(self, row: dict[str, Any]) -> None:
        menu = Menu(slot=row["slot"], title=row["title"])
        self.menus.append(menu)
        for position, link in enumerate(row["links"], start=1):
            item = MenuItem(
                id=uuid.uuid5(KEYS, f"{menu.slot}/{link['label']}"),
                menu=menu,
                label=link["label"],
                position=position,
            )
            self._aim(item, link)
            self.items.append(item)

    def _aim(self, item: MenuItem, link: dict[str, str]) -> None:
        if "page" in link:
            item.target = MenuItem.Target.PAGE
            item.page = next(page for page in self.pages if page.slug == link["page"])
        elif "category" in link:
            item.target = MenuItem.Target.CATEGORY
            item.category = self._department(link["category"])
        else:
            item.target, item.address = MenuItem.Target.PATH, link["path"]

    def _department(self, path: str) -> Category:
        return self.catalog.levels[0][path]
