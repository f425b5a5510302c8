"""The back office of payments."""

from payments.admin.credit import CreditAccountAdmin, GiftCardAdmin
from payments.admin.offline import ReferenceForm
from payments.admin.payments import PaymentAdmin, QueueFilter
from payments.admin.refunds import RefundAdmin

__all__ = [
    "CreditAccountAdmin",
    "GiftCardAdmin",
    "PaymentAdmin",
    "QueueFilter",
    "ReferenceForm",
    "RefundAdmin",
]
