"""What lies on the shelf, what is promised, and the ledger that explains both."""

from inventory.models.alerts import Alert
from inventory.models.backorders import Backorder
from inventory.models.categories import StockCategory
from inventory.models.locations import Location
from inventory.models.movements import Movement
from inventory.models.purchasing import (
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
    ReceiptLine,
    Supplier,
    SupplierItem,
)
from inventory.models.reservations import Reservation
from inventory.models.snapshots import StockSnapshot
from inventory.models.stock import Stock
from inventory.models.stocktakes import Stocktake, StocktakeCount
from inventory.models.transfers import Transfer, TransferLine

__all__ = [
    "Alert",
    "Backorder",
    "Location",
    "Movement",
    "PurchaseOrder",
    "PurchaseOrderLine",
    "Receipt",
    "ReceiptLine",
    "Reservation",
    "Stock",
    "StockCategory",
    "StockSnapshot",
    "Stocktake",
    "StocktakeCount",
    "Supplier",
    "SupplierItem",
    "Transfer",
    "TransferLine",
]
