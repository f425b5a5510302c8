"""What was said to providers and by them, word for word."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments.models.payments import Payment
from shop.fields import ChoiceField
from shop.models import Model, append_only


class PaymentTransaction(Model):
    """One call to the provider or one notice from it: appended, never changed."""

    class Kind(models.TextChoices):
        AUTHORIZE = "AUTHORIZE", _("Authorize")
        CAPTURE = "CAPTURE", _("Capture")
        VOID = "VOID", _("Void")
        REFUND = "REFUND", _("Refund")
        DISPUTE = "DISPUTE", _("Dispute")
        WEBHOOK = "WEBHOOK", _("Notice")

    class Result(models.TextChoices):
        SUCCESS = "SUCCESS", _("Success")
        DECLINED = "DECLINED", _("Declined")
        CHALLENGE = "CHALLENGE", _("Challenge")
        ERROR = "ERROR", _("Error")

    payment = models.ForeignKey(
        Payment, models.PROTECT, related_name="transactions", verbose_name=_("payment")
    )
    kind = ChoiceField(_("kind"), max_length=10, choices=Kind.choices)
    result = ChoiceField(_("result"), max_length=10, choices=Result.choices)
    amount = models.BigIntegerField(_("amount"))
    provider_reference = models.CharField(_("provider's reference"), max_length=200, blank=True)
    code = models.CharField(_("code"), max_length=50, blank=True)
    latency_ms = models.PositiveIntegerField(_("latency in ms"), default=0)

    class Meta(Model.Meta):
        verbose_name = _("payment transaction")
        verbose_name_plural = _("payment transactions")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=0), name="payment_transaction_amount_not_negative"
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.kind} {self.result}"
