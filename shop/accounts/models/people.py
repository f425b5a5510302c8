"""People with an account."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from shop.accounts.names import validate_public_name
from shop.fields import ChoiceField
from shop.making import Version
from shop.models import LiveManager, LiveQuerySet, Model, Shown, SoftDeletable
from shop.page_cache.members import person_version


class UserManager(BaseUserManager["User"], LiveManager):  # type: ignore[misc]
    """Live accounts; the e-mail address is the login and is compared without case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)

    def with_address(self, email: str) -> "User | None":
        """The account whose address this is, compared without case and in no other way."""
        rows = self.alias(lowered=Lower("email")).filter(lowered=email.strip().lower())
        found: User | None = rows.first()
        return found

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
    username = models.CharField(
        _("public name"), max_length=50, blank=True, validators=[validate_public_name]
    )
    password = models.CharField(_("password"), max_length=128, db_column="password_hash")
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    phone = PhoneNumberField(_("phone"), blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    status = ChoiceField(_("status"), max_length=10, choices=Status.choices, default=Status.ACTIVE)
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
