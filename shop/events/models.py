"""What happened, told to whoever needs to know: written with the change, delivered afterwards."""

from typing import Any, ClassVar, Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.fields import ChoiceField
from shop.models import Model

#: Takes the numbers of a key one transaction after the other, so that they are in the order of
#: the commits. The lock ends with the transaction.
NUMBER_IN_ORDER = """
    PERFORM pg_advisory_xact_lock(hashtextextended('outbox:' || NEW.partition_key, 0));
    NEW.sequence = nextval('events_outbox_sequence');
    RETURN NEW;
"""


class OutboxEventQuerySet(models.QuerySet["OutboxEvent"]):
    def due(self) -> Self:
        """Waiting events whose time has come, each the first of its key; the urgent ones first."""
        queued = OutboxEvent.Status.QUEUED
        earlier = OutboxEvent.objects.filter(
            partition_key=OuterRef("partition_key"),
            status=queued,
            sequence__lt=OuterRef("sequence"),
        )
        waiting = self.filter(~Exists(earlier), status=queued, next_attempt_at__lte=Now())
        return waiting.order_by("-priority", "sequence")


class OutboxEventManager(models.Manager.from_queryset(OutboxEventQuerySet)):  # type: ignore[misc]
    """Plain: writes here are the relay's own notes and far too many to announce."""


class OutboxEvent(Model):
    """One event. Events of one ``partition_key`` are delivered in the order of their commits.

    ``payload`` names rows and amounts, never people: the log of events outlives an erasure.
    """

    class Status(models.TextChoices):
        QUEUED = "QUEUED", _("Waiting")
        DELIVERED = "DELIVERED", _("Delivered")
        DEAD = "DEAD", _("Given up")

    #: A log of the trade; what its events tell of is audited itself.
    is_derived = True

    type = models.CharField(_("type"), max_length=100)
    payload_version = models.PositiveSmallIntegerField(_("version of the payload"), default=1)
    aggregate = models.CharField(_("table"), max_length=100, help_text=_("As app.model."))
    aggregate_id = models.CharField(_("id of the row"), max_length=64)
    payload = models.JSONField(_("payload"), default=dict, encoder=DjangoJSONEncoder)
    partition_key = models.CharField(_("key"), max_length=160)
    sequence = models.BigIntegerField(_("number"), unique=True, db_default=0, editable=False)
    priority = models.PositiveSmallIntegerField(
        _("priority"), default=5, help_text=_("0 to 10; 10 goes first.")
    )
    status = ChoiceField(_("status"), max_length=10, choices=Status.choices, default=Status.QUEUED)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(
        _("next attempt"), default=timezone.now, db_default=Now()
    )
    delivered_to = ArrayField(models.CharField(max_length=100), verbose_name=_("has"), default=list)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    dead_at = models.DateTimeField(_("given up"), null=True, blank=True)
    failure = models.TextField(_("last failure"), blank=True)
    streamed_at = models.DateTimeField(_("in the stream since"), null=True, blank=True)
    request_id = models.CharField(_("request id"), max_length=64, blank=True)

    objects: ClassVar[Any] = OutboxEventManager()

    class Meta(Model.Meta):
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-sequence"]
        constraints = [
            models.CheckConstraint(
                condition=Q(type__regex=r"^[a-z_]+\.[a-z_]+$"),
                name="event_type_is_subject_dot_verb",
            ),
            models.CheckConstraint(condition=Q(priority__lte=10), name="event_priority_to_ten"),
            models.CheckConstraint(
                condition=Q(status="DELIVERED", delivered_at__isnull=False, dead_at=None)
                | Q(status="DEAD", dead_at__isnull=False, delivered_at=None)
                | Q(status="QUEUED", delivered_at=None, dead_at=None),
                name="event_status_has_its_time",
            ),
        ]
        indexes = [
            # The relay: what waits, the urgent first.
            models.Index(
                fields=["-priority", "sequence"], condition=Q(status="QUEUED"), name="event_queue"
            ),
            # The relay: whether an earlier event of the key waits.
            models.Index(
                fields=["partition_key", "sequence"],
                condition=Q(status="QUEUED"),
                name="event_order_of_key",
            ),
            # The job that writes the stream.
            models.Index(
                fields=["sequence"], condition=Q(streamed_at=None), name="event_unstreamed"
            ),
            # The job that forgets.
            models.Index(
                fields=["delivered_at"], condition=Q(status="DELIVERED"), name="event_delivered"
            ),
            # Staff look for what became of one row, and for what was given up.
            models.Index(fields=["aggregate_id", "-sequence"], name="event_of_row"),
            models.Index(fields=["-sequence"], condition=Q(status="DEAD"), name="event_dead"),
        ]
        triggers = [
            *Model.Meta.triggers,
            pgtrigger.Trigger(
                name="number_in_order",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=NUMBER_IN_ORDER,
            ),
            pgtrigger.FSM(
                name="status_machine",
                field="status",
                transitions=[("QUEUED", "DELIVERED"), ("QUEUED", "DEAD"), ("DEAD", "QUEUED")],
            ),
            pgtrigger.ReadOnly(
                name="told_once",
                fields=[
                    "type",
                    "payload_version",
                    "aggregate",
                    "aggregate_id",
                    "payload",
                    "partition_key",
                    "sequence",
                    "priority",
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.aggregate_id}"
