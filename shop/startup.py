"""What each process of the shop does before its first query."""

from django.conf import settings


class ServersUnavailable(Exception):
    """The embedded servers cannot run; the message names the cause and what helps."""


def attach_embedded_servers() -> None:
    """Use the embedded PostgreSQL and Redis for what no URL was given.

    Safe to call again, also to bring back a server that died. Raises ServersUnavailable.
    """
    if settings.EMBEDDED_POSTGRES or settings.EMBEDDED_REDIS:
        # Imported only here: with the URLs set nothing embedded is loaded.
        from shop import embedded  # noqa: PLC0415

        try:
            embedded.attach(
                settings.DATA_DIR,
                postgres=settings.EMBEDDED_POSTGRES,
                redis=settings.EMBEDDED_REDIS,
            )
        except embedded.EmbeddedError as error:
            raise ServersUnavailable(f"The embedded servers cannot run. {error}") from error
