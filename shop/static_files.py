"""Names of static files with the hash of their content, as whitenoise serves them."""

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Works out each address once: a page asks for dozens, and they change with a deployment."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._urls: dict[str, str] = {}

    def url(self, name: str | None, force: bool = False) -> str:
        """The address of ``name``. Raises ValueError for a file that was not collected."""
        if name is None or force:
            return str(super().url(name, force))
        found = self._urls.get(name)
        if found is None:
            found = self._urls[name] = str(super().url(name))
        return found

    def save_manifest(self) -> None:
        """Keep the names of what was just collected, and forget the addresses of before."""
        super().save_manifest()
        self._urls.clear()
