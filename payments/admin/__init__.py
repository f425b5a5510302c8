"""The back office of payments."""

from payments.admin.bank import BankLineAdmin, BankStatementAdmin
from payments.admin.captures import CaptureForm, ReleaseForm
from payments.admin.credit import CreditAccountAdmin, GiftCardAdmin
from payments.admin.disputes import DisputeAdmin
from payments.admin.findings import FindingAdmin
from payments.admin.notices import ProviderNoticeAdmin
from payments.admin.offline import ReferenceForm
from payments.admin.payments import PaymentAdmin, QueueFilter
from payments.admin.refunds import RefundAdmin

__all__ = [
    "BankLineAdmin",
    "BankStatementAdmin",
    "CaptureForm",
    "CreditAccountAdmin",
    "DisputeAdmin",
    "FindingAdmin",
    "GiftCardAdmin",
    "PaymentAdmin",
    "ProviderNoticeAdmin",
    "QueueFilter",
    "ReferenceForm",
    "RefundAdmin",
    "ReleaseForm",
]
