"""Postal addresses, and the address book of a person."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from phonenumber_field.modelfields import PhoneNumberField

from shop.accounts.models.people import User
from shop.fields import ChoiceField
from shop.models import LiveManager, LiveQuerySet, Model, SoftDeletable


class PostalAddress(models.Model):
    """The lines of an address, shared by the address book and the snapshots on orders."""

    full_name = models.CharField(_("full name"), max_length=200)
    phone = PhoneNumberField(_("phone"), blank=True)
    line1 = models.CharField(_("street and number"), max_length=200)
    line2 = models.CharField(_("flat, floor"), max_length=200, blank=True)
    city = models.CharField(_("town"), max_length=100)
    state = models.CharField(_("region"), max_length=100, blank=True)
    postal_code = models.CharField(_("postcode"), max_length=20, blank=True)
    country = CountryField(_("country"))

    class Meta:
        abstract = True

    @property
    def lines(self) -> list[str]:
        """The address as the lines of a label, empty ones left out."""
        town = " ".join(part for part in (self.postal_code, self.city) if part)
        candidates = [self.full_name, self.line1, self.line2, town, self.state, self.country.name]
        return [line for line in candidates if line]


class Address(PostalAddress, Model, SoftDeletable):
    """An entry of a person's address book."""

    class Type(models.TextChoices):
        SHIPPING = "SHIPPING", _("Delivery")
        BILLING = "BILLING", _("Billing")
        RETURN = "RETURN", _("Return")

    user = models.ForeignKey(
        User, models.CASCADE, related_name="addresses", verbose_name=_("person")
    )
    type = ChoiceField(_("type"), max_length=10, choices=Type.choices, default=Type.SHIPPING)
    label = models.CharField(_("label"), max_length=50, blank=True)
    is_default = models.BooleanField(_("default for its type"), default=False)

    objects: ClassVar[Any] = LiveManager()
    all_objects: ClassVar[Any] = models.Manager.from_queryset(LiveQuerySet)()

    class Meta(Model.Meta):
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        ordering = ["-is_default", "-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "type"],
                condition=Q(is_default=True, deleted_at=None),
                name="address_one_default_per_type",
            ),
        ]

    def __str__(self) -> str:
        return ", ".join(self.lines)
