"""Stock in the back office: levels, the ledger behind, and what is promised."""

from inventory.admin.alerts import AlertAdmin
from inventory.admin.backorders import BackorderAdmin
from inventory.admin.categories import StockCategoryAdmin
from inventory.admin.locations import LocationAdmin
from inventory.admin.movements import MovementAdmin
from inventory.admin.purchase_orders import PurchaseOrderAdmin
from inventory.admin.reservations import ReservationAdmin
from inventory.admin.snapshots import StockSnapshotAdmin
from inventory.admin.stock import StockAdmin
from inventory.admin.stocktakes import StocktakeAdmin
from inventory.admin.suppliers import SupplierAdmin, SupplierItemAdmin
from inventory.admin.transfers import TransferAdmin

__all__ = [
    "AlertAdmin",
    "BackorderAdmin",
    "LocationAdmin",
    "MovementAdmin",
    "PurchaseOrderAdmin",
    "ReservationAdmin",
    "StockAdmin",
    "StockCategoryAdmin",
    "StockSnapshotAdmin",
    "StocktakeAdmin",
    "SupplierAdmin",
    "SupplierItemAdmin",
    "TransferAdmin",
]
