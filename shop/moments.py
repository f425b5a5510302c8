"""The years of times that are typed and read from files."""

from datetime import datetime
from typing import Final

#: What is earlier was mistyped.
FIRST_YEAR: Final = 1900
#: At the very end of the calendar there are zones for which a time is over it.
LAST_YEAR: Final = datetime.max.year - 1


def can_hold(moment: datetime) -> bool:
    """Whether a column keeps ``moment`` so that every zone can tell it when it is read again."""
    return FIRST_YEAR <= moment.year <= LAST_YEAR
