"""Orders, delivery and tax in the back office."""

from orders.admin.orders import OrderAdmin
from orders.admin.settings import ShippingMethodAdmin, TaxRateAdmin

__all__ = ["OrderAdmin", "ShippingMethodAdmin", "TaxRateAdmin"]
