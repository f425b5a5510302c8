"""What providers paid out, line by line."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments.models.payments import Payment, Provider
from shop.fields import ChoiceField
from shop.models import Model, append_only


class Settlement(Model):
    """One line of a provider's settlement, once for each of its references; minor units.

    ``amount`` is what the customer paid, or got back (below zero); ``fee`` what the provider kept.
    A line that names no payment of ours is kept too: it is a finding.
    """

    class Kind(models.TextChoices):
        CHARGE = "CHARGE", _("Charge")
        REFUND = "REFUND", _("Refund")
        DISPUTE = "DISPUTE", _("Dispute")
        OTHER = "OTHER", _("Other")

    #: A stranger's book: what follows from it is audited with the payment.
    is_derived = True

    provider = ChoiceField(_("provider"), max_length=10, choices=Provider.choices)
    reference = models.CharField(_("provider's reference"), max_length=200)
    kind = ChoiceField(_("kind"), max_length=7, choices=Kind.choices)
    payment = models.ForeignKey(
        Payment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="settlements",
        verbose_name=_("payment"),
    )
    #: What it said of the payment, where we have none of that name.
    names_payment = models.CharField(_("payment it names"), max_length=200, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount"))
    fee = models.BigIntegerField(_("fee"))
    payout_reference = models.CharField(_("payout"), max_length=200, blank=True)
    settled_at = models.DateTimeField(_("settled at"))

    class Meta(Model.Meta):
        verbose_name = _("settlement")
        verbose_name_plural = _("settlements")
        ordering = ["-settled_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "reference"], name="settlement_once_per_reference"
            ),
            models.CheckConstraint(condition=~Q(reference=""), name="settlement_has_a_reference"),
        ]
        indexes = [
            # The list, newest first, and the job's last line of each provider.
            models.Index(fields=["provider", "-settled_at"], name="settlement_newest"),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.get_provider_display()} {self.reference}"

    @property
    def net(self) -> int:
        """What reached the shop's account."""
        return self.amount - self.fee
