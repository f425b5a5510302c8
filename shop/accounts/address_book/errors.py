"""What the address book refuses."""


class BookFull(Exception):
    """The person keeps ``limit`` addresses already; nothing was written."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"{limit} addresses are kept already")
        self.limit = limit
