"""What the stock holds of people: who keeps a unit, and who waits for one."""

from django.db.models import Q

from inventory.models import Reservation
from shop.accounts.privacy.parts import Part, impersonal, register
from shop.accounts.privacy.people import NOTHING, Person


def declare() -> None:
    """Fill the register; called once when Django is ready."""
    register(Part(Reservation, _holds_of, erased={"owner": "nobody"}, secret=("owner",)))
    impersonal("who waits is told by the order", "inventory.Backorder")
    impersonal(
        "goods, shelves and those who deliver; what staff do at work",
        "inventory.Alert",
        "inventory.Location",
        "inventory.Movement",
        "inventory.PurchaseOrder",
        "inventory.PurchaseOrderLine",
        "inventory.Receipt",
        "inventory.ReceiptLine",
        "inventory.Stock",
        "inventory.StockCategory",
        "inventory.StockSnapshot",
        "inventory.Stocktake",
        "inventory.StocktakeCount",
        "inventory.Supplier",
        "inventory.SupplierItem",
        "inventory.Transfer",
        "inventory.TransferLine",
    )


def _holds_of(person: Person) -> Q:
    """Units that the account holds; guests hold by the key of a cart, which names nobody."""
    return Q(owner=f"user:{person.user_id}") if person.user_id else NOTHING
