"""What people may ask of their data: a copy, its erasure, and the record of what they agreed to."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.fields import ChoiceField
from shop.models import Model, append_only


class DataExport(Model):
    """A copy of all that is held of a person: built by a job, fetched by link, deleted after days.

    Without a ``user`` it is of what guests ordered under ``email``. ``done`` of ``total`` parts
    are in it; a job that dies is taken up again until ``tries`` are used up.
    """

    class Status(models.TextChoices):
        WAITING = "WAITING", _("Being prepared")
        READY = "READY", _("Ready")
        FAILED = "FAILED", _("Failed")
        ENDED = "ENDED", _("Deleted")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="data_exports",
        verbose_name=_("person"),
    )
    email = models.EmailField(_("e-mail"), max_length=254)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked by staff"),
    )
    reason = models.CharField(_("why"), max_length=300, blank=True)
    status = ChoiceField(_("status"), max_length=10, choices=Status.choices, default=Status.WAITING)
    done = models.PositiveSmallIntegerField(_("parts in it"), default=0)
    total = models.PositiveSmallIntegerField(_("parts"), default=0)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    claimed_until = models.DateTimeField(_("being built until"), null=True, blank=True)
    size_bytes = models.PositiveBigIntegerField(_("size in bytes"), default=0)
    ready_at = models.DateTimeField(_("ready"), null=True, blank=True)
    expires_at = models.DateTimeField(_("deleted after"), null=True, blank=True)
    fetched_at = models.DateTimeField(_("first fetched"), null=True, blank=True)

    class Meta(Model.Meta):
        verbose_name = _("copy of personal data")
        verbose_name_plural = _("copies of personal data")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(status="WAITING", user__isnull=False),
                name="data_export_one_at_a_time",
            ),
            models.UniqueConstraint(
                models.functions.Lower("email"),
                condition=Q(status="WAITING", user=None),
                name="data_export_one_at_a_time_of_guest",
            ),
            models.CheckConstraint(
                condition=~Q(status="READY") | Q(ready_at__isnull=False, expires_at__isnull=False),
                name="data_export_ready_has_its_times",
            ),
        ]
        indexes = [
            # Staff's list, newest first.
            models.Index(fields=["-created_at", "-id"], name="data_export_newest"),
            # The job that takes up what was left, and the one that deletes.
            models.Index(
                fields=["status", "expires_at"],
                condition=Q(status__in=["WAITING", "READY"]),
                name="data_export_live",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} {self.created_at:%Y-%m-%d}"

    @property
    def is_there(self) -> bool:
        """Whether it can be fetched now."""
        is_late = self.expires_at is not None and self.expires_at <= timezone.now()
        return self.status == self.Status.READY and not is_late


class ErasureRequest(Model):
    """Someone wants their data erased: it can be canceled until ``due_at``, then a job does it.

    ``emails`` are the addresses proven to be theirs, blanked at the end; ``waits_for`` names what
    must end first, such as open orders. ``erased_at`` is set when nothing is left to erase.
    """

    class Status(models.TextChoices):
        ASKED = "ASKED", _("Asked for")
        ERASING = "ERASING", _("Being erased")
        ERASED = "ERASED", _("Erased")
        CANCELED = "CANCELED", _("Canceled")

    class Source(models.TextChoices):
        SELF = "SELF", _("The person")
        STAFF = "STAFF", _("Staff")
        REPLAY = "REPLAY", _("After a restore")

    #: Neither done nor given up.
    OPEN = (Status.ASKED, Status.ERASING)

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="erasure_requests",
        verbose_name=_("person"),
    )
    emails = ArrayField(
        models.EmailField(max_length=254), verbose_name=_("e-mail"), default=list, blank=True
    )
    source = ChoiceField(_("asked by"), max_length=10, choices=Source.choices)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("member of staff"),
    )
    reason = models.CharField(_("why"), max_length=300, blank=True)
    status = ChoiceField(_("status"), max_length=10, choices=Status.choices, default=Status.ASKED)
    waits_for = ArrayField(
        models.CharField(max_length=100), verbose_name=_("waits for"), default=list, blank=True
    )
    due_at = models.DateTimeField(_("due"))
    canceled_at = models.DateTimeField(_("canceled"), null=True, blank=True)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True)

    class Meta(Model.Meta):
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(status__in=["ASKED", "ERASING"], user__isnull=False),
                name="erasure_request_one_open",
            ),
            models.CheckConstraint(
                condition=Q(status="CANCELED", canceled_at__isnull=False, erased_at=None)
                | Q(status="ERASED", erased_at__isnull=False, canceled_at=None)
                | Q(status__in=["ASKED", "ERASING"], canceled_at=None, erased_at=None),
                name="erasure_request_status_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | ~Q(emails=[]) | ~Q(status__in=["ASKED"]),
                name="erasure_request_is_of_someone",
            ),
        ]
        indexes = [
            # Staff's list, newest first.
            models.Index(fields=["-created_at", "-id"], name="erasure_request_newest"),
            # The job: what is due, the oldest first.
            models.Index(
                fields=["due_at"],
                condition=Q(status__in=["ASKED", "ERASING"]),
                name="erasure_request_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} {self.created_at:%Y-%m-%d}"

    @property
    def is_cancelable(self) -> bool:
        return self.status == self.Status.ASKED


class ErasureRecord(Model):
    """That somebody was erased, without saying who: keyed hashes of their id and addresses.

    With them :mod:`shop.accounts.privacy.replaying` finds the person again in a restored backup.
    """

    request = models.OneToOneField(
        ErasureRequest, models.PROTECT, related_name="record", verbose_name=_("erasure")
    )
    person_hash = models.CharField(_("hash of the account"), max_length=64, blank=True)
    email_hashes = ArrayField(
        models.CharField(max_length=64), verbose_name=_("hashes of addresses"), default=list
    )
    erased_at = models.DateTimeField(_("erased"))
    rows = models.JSONField(_("rows by table"), default=dict)

    class Meta(Model.Meta):
        verbose_name = _("record of an erasure")
        verbose_name_plural = _("records of erasures")
        ordering = ["-erased_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(person_hash="") | ~Q(email_hashes=[]),
                name="erasure_record_names_someone",
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.erased_at:%Y-%m-%d} {self.person_hash[:8]}"


class ConsentRecord(Model):
    """Each time that somebody agreed to something, or took it back: appended, never changed."""

    class Purpose(models.TextChoices):
        NEWSLETTER = "NEWSLETTER", _("Newsletter")
        SAVED_CARD = "SAVED_CARD", _("Keeping a card")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="consents",
        verbose_name=_("person"),
    )
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    purpose = ChoiceField(_("for"), max_length=20, choices=Purpose.choices)
    is_given = models.BooleanField(_("given"))
    words = models.TextField(_("words shown"), blank=True)
    place = models.CharField(_("where"), max_length=50, blank=True)
    ip_address = models.GenericIPAddressField(_("IP address"), null=True, blank=True)

    class Meta(Model.Meta):
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_given=False) | ~Q(words=""), name="consent_has_words"
            ),
        ]
        indexes = [
            # Staff's list, newest first.
            models.Index(fields=["-created_at", "-id"], name="consent_newest"),
            # A person's own list; and of an address, for the copy and the erasure.
            models.Index(fields=["user", "-created_at"], name="consent_of_person"),
            models.Index(models.functions.Upper("email"), name="consent_of_address"),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.created_at:%Y-%m-%d}"
