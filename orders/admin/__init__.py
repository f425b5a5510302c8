"""Orders, delivery and tax in the back office."""

from orders.admin import goodwill
from orders.admin.carts import CartMetricAdmin
from orders.admin.delivery import PickUpPointAdmin, ShippingMethodAdmin, ShippingZoneAdmin
from orders.admin.documents import InvoiceAdmin, ShipmentAdmin
from orders.admin.drafts import DraftAdmin
from orders.admin.mails import OrderMailAdmin
from orders.admin.orders import OrderAdmin
from orders.admin.promotions import CouponAdmin, CouponUsageAdmin, PromotionAdmin
from orders.admin.returns import ReturnAdmin, WithdrawalAdmin
from orders.admin.settings import TaxRateAdmin

__all__ = [
    "CartMetricAdmin",
    "CouponAdmin",
    "CouponUsageAdmin",
    "DraftAdmin",
    "InvoiceAdmin",
    "OrderAdmin",
    "OrderMailAdmin",
    "PickUpPointAdmin",
    "PromotionAdmin",
    "ReturnAdmin",
    "ShipmentAdmin",
    "ShippingMethodAdmin",
    "ShippingZoneAdmin",
    "TaxRateAdmin",
    "WithdrawalAdmin",
    "goodwill",
]
