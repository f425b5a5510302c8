"""Files of products that came in, and what they say row by row."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.fields import ChoiceField
from shop.models import Model, new_id


class ImportBatch(Model):
    """One file of products on its way into the catalog, and perhaps back out."""

    class Status(models.TextChoices):
        UPLOADED = "UPLOADED", _("Columns to be matched")
        CHECKING = "CHECKING", _("Being checked")
        CHECKED = "CHECKED", _("Ready to confirm")
        APPLYING = "APPLYING", _("Being imported")
        APPLIED = "APPLIED", _("Imported")
        REVERTING = "REVERTING", _("Being reverted")
        REVERTED = "REVERTED", _("Reverted")
        FAILED = "FAILED", _("Failed")

    class Format(models.TextChoices):
        CSV = "CSV", "CSV"
        XLSX = "XLSX", "XLSX"

    file_name = models.CharField(_("file"), max_length=200)
    format = ChoiceField(_("format"), max_length=10, choices=Format.choices)
    size_bytes = models.PositiveBigIntegerField(_("size in bytes"))
    encoding = models.CharField(_("encoding"), max_length=20, blank=True)
    delimiter = models.CharField(_("delimiter"), max_length=1, blank=True)
    sheet = models.CharField(_("sheet"), max_length=100, blank=True)
    headers = ArrayField(models.CharField(max_length=200), verbose_name=_("columns of the file"))
    #: Name of our column for each header; "" for a column that is left out.
    mapping = models.JSONField(_("matched columns"), default=dict)
    status = ChoiceField(
        _("status"), max_length=10, choices=Status.choices, default=Status.UPLOADED
    )
    new_rows = models.PositiveIntegerField(_("new"), default=0)
    changed_rows = models.PositiveIntegerField(_("changed"), default=0)
    unchanged_rows = models.PositiveIntegerField(_("unchanged"), default=0)
    error_rows = models.PositiveIntegerField(_("errors"), default=0)
    #: Why the last step did not happen, for staff.
    failure = models.TextField(_("problem"), blank=True)
    #: The first rows that had changed meanwhile, as ``{"line", "sku", "reason"}``.
    conflicts = models.JSONField(_("conflicts"), default=list)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("uploaded by"),
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    applied_at = models.DateTimeField(_("imported"), null=True, blank=True)
    reverted_at = models.DateTimeField(_("reverted"), null=True, blank=True)

    class Meta(Model.Meta):
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def row_count(self) -> int:
        return self.new_rows + self.changed_rows + self.unchanged_rows + self.error_rows

    @property
    def has_work(self) -> bool:
        """Whether an import would change anything; one line in error stops all."""
        return not self.error_rows and bool(self.new_rows + self.changed_rows)

    @property
    def encoding_name(self) -> str:
        """The encoding as programs that save tables call it."""
        known = {"utf-8-sig": "UTF-8", "cp1252": "Windows-1252"}
        return known.get(self.encoding, self.encoding.upper())

    @property
    def audit_id(self) -> str:
        """Stands as request id in the audit entries of this import."""
        return f"import-{self.pk.hex}"

    @property
    def is_busy(self) -> bool:
        return self.status in (self.Status.CHECKING, self.Status.APPLYING, self.Status.REVERTING)


class ImportRow(models.Model):
    """One line of a file: what it says, and what it would change.

    Derived from the file and written in bulk, so it has no audit log of its own. ``cells`` holds
    values by column name, ``before`` and ``after`` those that differ from the shop.
    """

    is_derived = True

    class Kind(models.TextChoices):
        NEW = "NEW", _("New")
        CHANGED = "CHANGED", _("Changed")
        UNCHANGED = "UNCHANGED", _("Unchanged")
        ERROR = "ERROR", _("Error")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    batch = models.ForeignKey(
        ImportBatch, models.CASCADE, related_name="rows", verbose_name=_("import")
    )
    line = models.PositiveIntegerField(_("line"))
    kind = ChoiceField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.UNCHANGED)
    sku = models.CharField(_("SKU"), max_length=64, blank=True)
    product_slug = models.CharField(_("product"), max_length=200, blank=True)
    cells = models.JSONField(_("cells"), default=dict)
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)
    #: ``[{"column": name, "reason": text}, …]``
    errors = models.JSONField(_("errors"), default=list)
    #: The first line of its product, which tells the product's own cells.
    is_leader = models.BooleanField(_("tells the product"), default=False)
    makes_product = models.BooleanField(_("makes a product"), default=False)
    makes_variant = models.BooleanField(_("makes a variant"), default=False)
    product_id = models.UUIDField(_("product id"), null=True)
    variant_id = models.UUIDField(_("variant id"), null=True)
    product_version = models.PositiveIntegerField(_("version of the product"), default=0)
    variant_version = models.PositiveIntegerField(_("version of the variant"), default=0)
    options = models.JSONField(_("options"), null=True)
    is_primary = models.BooleanField(_("primary"), default=False)
    position = models.PositiveIntegerField(_("position"), default=0)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        ordering = ["line"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "line"], name="import_row_once_per_line"),
        ]
        indexes = [
            # Preview by kind, in pages.
            models.Index(fields=["batch", "kind", "line"], name="import_row_kind"),
            # The same SKU twice in a file; the first line of each product.
            models.Index(fields=["batch", "sku"], name="import_row_sku"),
            models.Index(fields=["batch", "product_slug", "line"], name="import_row_product"),
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.sku}"


class ImportPicture(models.Model):
    """A picture that a file names by its https address, for a product or one color of it.

    A job fetches it after the import and then knows it by ``asset_id``.
    """

    is_derived = True

    class Status(models.TextChoices):
        WAITING = "WAITING", _("Waiting")
        FETCHED = "FETCHED", _("Fetched")
        FAILED = "FAILED", _("Failed")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    batch = models.ForeignKey(
        ImportBatch, models.CASCADE, related_name="pictures", verbose_name=_("import")
    )
    line = models.PositiveIntegerField(_("line"))
    product_id = models.UUIDField(_("product id"))
    color = models.CharField(_("color"), max_length=100, blank=True)
    position = models.PositiveIntegerField(_("position"))
    url = models.CharField(_("address"), max_length=500)
    status = ChoiceField(_("status"), max_length=10, choices=Status.choices, default=Status.WAITING)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    asset_id = models.CharField(_("asset id"), max_length=200, blank=True)
    problem = models.CharField(_("problem"), max_length=300, blank=True)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = _("picture of an import")
        verbose_name_plural = _("pictures of imports")
        ordering = ["line", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "product_id", "color", "url"], name="import_picture_once"
            ),
        ]
        indexes = [
            # The job that fetches them; the page of an import.
            models.Index(fields=["batch", "status"], name="import_picture_status"),
            # An address that was fetched before.
            models.Index(
                fields=["url"], condition=models.Q(status="FETCHED"), name="import_picture_fetched"
            ),
        ]

    def __str__(self) -> str:
        return self.url
