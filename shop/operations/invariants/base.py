"""One thing that must hold, as the query that finds where it does not."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Invariant:
    """``sql`` selects one column ``what`` with a line of words for each violation.

    ``number`` is that of the quality goals. The query is one statement, so it sees one moment,
    and leaves out what is under way just now.
    """

    number: str
    says: str
    sql: str


#: What a worker may be in the middle of, as an interval of SQL; later it is left behind.
UNDER_WAY = "interval '5 minutes'"
