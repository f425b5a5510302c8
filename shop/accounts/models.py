"""People and their addresses."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from phonenumber_field.modelfields import PhoneNumberField

from shop.making import Version
from shop.models import LiveManager, LiveQuerySet, Model, Shown, SoftDeletable
from shop.page_cache.members import person_version


class UserManager(BaseUserManager["User"], LiveManager):  # type: ignore[misc]
    """Live accounts; the e-mail address is the login and is compared without case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(email=email.strip(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(email, password, **fields, is_staff=True, is_superuser=True)


class User(Shown, Model, SoftDeletable, AbstractBaseUser, PermissionsMixin):
    """A person with an account: shopper or staff."""

    class Status(models.TextChoices):
        ACTIVE = "ACTIVE", _("Active")
        SUSPENDED = "SUSPENDED", _("Suspended")
        DELETED = "DELETED", _("Deleted")

    email = models.EmailField(_("e-mail"), max_length=254)
    username = models.CharField(_("public name"), max_length=50, blank=True)
    password = models.CharField(_("password"), max_length=128, db_column="password_hash")
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    phone = PhoneNumberField(_("phone"), blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.ACTIVE
    )
    is_staff = models.BooleanField(_("may use the admin"), default=False)
    has_marketing_consent = models.BooleanField(_("wants news"), default=False)
    marketing_consent_at = models.DateTimeField(_("consent given"), null=True, blank=True)

    objects: ClassVar[Any] = UserManager()
    all_objects: ClassVar[Any] = models.Manager.from_queryset(LiveQuerySet)()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta(Model.Meta):
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"), condition=Q(deleted_at=None), name="user_email_unique_ignoring_case"
            ),
            models.UniqueConstraint(
                Lower("username"),
                condition=Q(deleted_at=None),
                name="user_username_unique_ignoring_case",
            ),
            models.CheckConstraint(condition=~Q(username=""), name="user_username_is_never_empty"),
            models.CheckConstraint(
                condition=Q(has_marketing_consent=False) | Q(marketing_consent_at__isnull=False),
                name="user_marketing_consent_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["ACTIVE", "SUSPENDED", "DELETED"]), name="user_status_known"
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @classmethod
    def versions_of(cls, rows: Sequence[dict[str, Any]]) -> Iterable[Version]:
        return (person_version(row["id"]) for row in rows)

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        return self.status == self.Status.ACTIVE and self.deleted_at is None

    def clean(self) -> None:
        self.email = self.email.strip()

    def save(self, *args: object, **kwargs: object) -> None:
        if not self.username:
            self.username = f"customer-{get_random_string(10).lower()}"
        if self.has_marketing_consent and self.marketing_consent_at is None:
            self.marketing_consent_at = timezone.now()
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        return self.first_name or self.username


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
    type = models.CharField(_("type"), max_length=10, choices=Type.choices, default=Type.SHIPPING)
    label = models.CharField(_("label"), max_length=50, blank=True)
    is_default = models.BooleanField(_("default for its type"), default=False)

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
            models.CheckConstraint(
                condition=Q(type__in=["SHIPPING", "BILLING", "RETURN"]), name="address_type_known"
            ),
        ]

    def __str__(self) -> str:
        return ", ".join(self.lines)


class NewsletterSubscription(Model):
    """Someone's wish for the newsletter, and the proof of it: its words, place and times.

    ``asked_at`` is of the last time that someone asked; who has left may ask again.
    """

    class Status(models.TextChoices):
        PENDING = "PENDING", _("Not confirmed")
        CONFIRMED = "CONFIRMED", _("Confirmed")
        UNSUBSCRIBED = "UNSUBSCRIBED", _("Unsubscribed")

    class Place(models.TextChoices):
        HOME = "HOME", _("Home page")
        FOOTER = "FOOTER", _("Footer")
        PAGE = "PAGE", _("Newsletter page")
        ACCOUNT = "ACCOUNT", _("Account")

    email = models.EmailField(_("e-mail"), max_length=254)
    status = models.CharField(
        _("status"), max_length=15, choices=Status.choices, default=Status.PENDING
    )
    language = models.CharField(_("language"), max_length=10, blank=True)
    place = models.CharField(_("asked on"), max_length=10, choices=Place.choices)
    consent = models.TextField(_("words agreed to"))
    asked_at = models.DateTimeField(_("asked"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    unsubscribed_at = models.DateTimeField(_("unsubscribed"), null=True, blank=True)

    class Meta(Model.Meta):
        verbose_name = _("newsletter subscription")
        verbose_name_plural = _("newsletter subscriptions")
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="newsletter_email_unique"),
            models.CheckConstraint(
                condition=Q(
                    status="PENDING", confirmed_at__isnull=True, unsubscribed_at__isnull=True
                )
                | Q(status="CONFIRMED", confirmed_at__isnull=False, unsubscribed_at__isnull=True)
                | Q(status="UNSUBSCRIBED", unsubscribed_at__isnull=False),
                name="newsletter_status_has_its_times",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(confirmed_at__gte=F("asked_at")),
                name="newsletter_confirmed_after_asked",
            ),
            models.CheckConstraint(
                condition=Q(unsubscribed_at__isnull=True)
                | Q(unsubscribed_at__gte=F("asked_at"))
                & (Q(confirmed_at__isnull=True) | Q(unsubscribed_at__gte=F("confirmed_at"))),
                name="newsletter_unsubscribed_last",
            ),
            models.CheckConstraint(
                condition=Q(place__in=["HOME", "FOOTER", "PAGE", "ACCOUNT"]),
                name="newsletter_place_known",
            ),
            models.CheckConstraint(condition=~Q(consent=""), name="newsletter_consent_has_words"),
        ]
        indexes = [
            # The list of the back office, newest first, whole or by status.
            models.Index(fields=["-asked_at"], name="newsletter_newest"),
            models.Index(fields=["status", "-asked_at"], name="newsletter_by_status"),
        ]

    def __str__(self) -> str:
        return self.email
