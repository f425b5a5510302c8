"""What an import refuses. The texts are for staff, already in their language."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from catalog.errors import CatalogError


class ImportRefused(CatalogError):
    """The whole file, or the whole act; nothing was written to the catalog."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CellRefused(CatalogError):
    """One cell cannot be read; the row is an error of the preview."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotNow(CatalogError):
    """The batch is in a state that does not allow this step."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True)
class Moved:
    """A row of the shop that is no longer as the preview showed it."""

    row_id: UUID
    reason: str


class ChangedMeanwhile(ImportRefused):
    """Rows of the shop changed since they were compared; ``moved`` names them."""

    def __init__(self, reason: str, moved: Sequence[Moved]) -> None:
        super().__init__(reason)
        self.moved = moved
