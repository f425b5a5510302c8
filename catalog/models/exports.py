"""Files of products that go out, once or again and again."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models.imports import ImportBatch
from shop.fields import ChoiceField
from shop.models import Model

LAST_HOUR = 23
MOST_DAYS = 365


def in_a_week() -> datetime:
    """Until when a file is kept that nobody planned."""
    return timezone.now() + timedelta(days=7)


class ExportSchedule(Model):
    """An export that staff planned: each day or on one day of the week, at an hour of the shop."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    title = models.CharField(_("title"), max_length=100)
    #: As :mod:`catalog.product_filter` reads it.
    selection = models.JSONField(_("filter"), default=dict, blank=True)
    columns = ArrayField(models.CharField(max_length=100), verbose_name=_("columns"))
    format = ChoiceField(
        _("format"), max_length=10, choices=ImportBatch.Format, default=ImportBatch.Format.CSV
    )
    #: None is each day.
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday, null=True, blank=True)
    hour = models.PositiveSmallIntegerField(
        _("hour"), default=5, validators=[MaxValueValidator(LAST_HOUR)]
    )
    keep_days = models.PositiveSmallIntegerField(
        _("days a file is kept"),
        default=14,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)],
    )
    is_active = models.BooleanField(_("active"), default=True)
    next_at = models.DateTimeField(_("next file"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("planned by"),
    )

    class Meta(Model.Meta):
        verbose_name = _("planned export")
        verbose_name_plural = _("planned exports")
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(
                condition=Q(hour__lte=LAST_HOUR)
                & (Q(weekday=None) | Q(weekday__lte=6))
                & Q(keep_days__gte=1, keep_days__lte=MOST_DAYS),
                name="export_schedule_is_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ProductExport(Model):
    """A file of products that a job writes for staff to fetch."""

    class Status(models.TextChoices):
        QUEUED = "QUEUED", _("Being written")
        READY = "READY", _("Ready")
        FAILED = "FAILED", _("Failed")

    format = ChoiceField(_("format"), max_length=10, choices=ImportBatch.Format.choices)
    #: What to export, as :mod:`catalog.product_filter` reads it.
    selection = models.JSONField(_("filter"), default=dict)
    columns = ArrayField(models.CharField(max_length=100), verbose_name=_("columns"), default=list)
    status = ChoiceField(_("status"), max_length=10, choices=Status.choices, default=Status.QUEUED)
    row_count = models.PositiveIntegerField(_("rows"), default=0)
    schedule = models.ForeignKey(
        ExportSchedule,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="files",
        verbose_name=_("planned export"),
    )
    expires_at = models.DateTimeField(_("kept until"), default=in_a_week)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked for by"),
    )

    class Meta(Model.Meta):
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"products-{self.created_at:%Y-%m-%d}.{self.format.lower()}"
