"""The back office of payments."""

from payments.admin.bank import BankStatementAdmin
from payments.admin.bank_lines import BankLineAdmin
from payments.admin.captures import CaptureForm, ReleaseForm
from payments.admin.credit_accounts import CreditAccountAdmin
from payments.admin.disputes import DisputeAdmin
from payments.admin.findings import FindingAdmin
from payments.admin.gift_cards import GiftCardAdmin
from payments.admin.notices import ProviderNoticeAdmin
from payments.admin.offline import ReferenceForm
from payments.admin.payments import PaymentAdmin, QueueFilter
from payments.admin.refund_again import RepeatForm
from payments.admin.refunds import RefundAdmin
from payments.admin.settlements import SettlementAdmin

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
    "RepeatForm",
    "SettlementAdmin",
]
