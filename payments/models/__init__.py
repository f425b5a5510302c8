"""Tables of payments: attempts, what their providers said, what goes back."""

from payments.models.credit import CreditAccount, CreditEntry, GiftCard
from payments.models.payments import Payment, PaymentTransaction, Provider
from payments.models.refunds import Refund, RefundLine, RefundPart
from payments.models.sandbox import SandboxCharge, SandboxRefund

__all__ = [
    "CreditAccount",
    "CreditEntry",
    "GiftCard",
    "Payment",
    "PaymentTransaction",
    "Provider",
    "Refund",
    "RefundLine",
    "RefundPart",
    "SandboxCharge",
    "SandboxRefund",
]
