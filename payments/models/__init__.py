"""Tables of payments: attempts, what their providers said, what goes back."""

from payments.models.awaited import Awaited
from payments.models.bank import BankLine, BankStatement
from payments.models.captures import Capture
from payments.models.cards import CardRemoval, ProviderCustomer, SavedCard
from payments.models.credit import CreditAccount, CreditEntry, GiftCard
from payments.models.disputes import Dispute, DisputeEvidence
from payments.models.notices import ProviderNotice
from payments.models.payments import Payment, Provider
from payments.models.reconciliation import ReconciliationFinding
from payments.models.refunds import Refund, RefundLine, RefundPart
from payments.models.sandbox import (
    SandboxCapture,
    SandboxCharge,
    SandboxNotice,
    SandboxRefund,
)
from payments.models.settlements import Settlement
from payments.models.transactions import PaymentTransaction

__all__ = [
    "Awaited",
    "BankLine",
    "BankStatement",
    "Capture",
    "CardRemoval",
    "CreditAccount",
    "CreditEntry",
    "Dispute",
    "DisputeEvidence",
    "GiftCard",
    "Payment",
    "PaymentTransaction",
    "Provider",
    "ProviderCustomer",
    "ProviderNotice",
    "ReconciliationFinding",
    "Refund",
    "RefundLine",
    "RefundPart",
    "SandboxCapture",
    "SandboxCharge",
    "SandboxNotice",
    "SandboxRefund",
    "SavedCard",
    "Settlement",
]
