"""What the back office keeps for the people who work in it."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from shop.accounts.models import User
from shop.models import Model, QuerySet


class SavedViewQuerySet(QuerySet["SavedView"]):
    def of(self, user: User, entity: str) -> Self:
        """The views of a list that a person has saved, by name."""
        return self.filter(user=user.pk, entity=entity).order_by(Lower("name"))


class SavedView(Model):
    """A list of the back office as one person saved it under a name.

    ``entity`` is the table as app.model, ``query`` the search, filters and order in the address.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="saved_views",
        verbose_name=_("person"),
    )
    entity = models.CharField(_("list"), max_length=100)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("address"), max_length=1000)

    objects: ClassVar[Any] = SavedViewQuerySet.as_manager()

    class Meta(Model.Meta):
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [
            # Its index finds the views of a list, too.
            models.UniqueConstraint(
                "user", "entity", Lower("name"), name="saved_view_name_once_per_list"
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(query=""), name="saved_view_says_something"
            ),
        ]

    def __str__(self) -> str:
        return self.name
