"""Where the files of the sitemap begin."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SitemapFile(models.Model):
    """A file of products: those from ``start`` to the start of the next file, in order of keys.

    Written by a job when the file before is full; the first file begins with the first product
    and has no row.
    """

    is_derived = True

    start = models.UUIDField(_("first product"), primary_key=True)

    class Meta:
        verbose_name = _("file of the sitemap")
        verbose_name_plural = _("files of the sitemap")
        ordering = ["start"]

    def __str__(self) -> str:
        return str(self.start)
