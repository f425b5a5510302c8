"""What running the shop holds of people."""

from shop.accounts.privacy.parts import Part, register
from shop.operations.models import SavedView


def declare() -> None:
    """Fill the register; called once when Django is ready."""
    register(Part(SavedView, lambda person: person.is_user(), is_deleted=True))
