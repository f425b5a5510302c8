"""The side navigation: what staff may see, in the groups they think in."""

from dataclasses import dataclass

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shop.operations.reports.asking import MAY_SEE
from shop.operations.staff.margins import MAY_SEE_COSTS


@dataclass(frozen=True)
class Page:
    """A page that is no list of a table, for those with all ``permissions``."""

    label: str | Promise
    name: str
    permissions: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """A heading of the navigation, the tables under it, as app.model, and other pages."""

    label: str | Promise
    icon: str
    entities: tuple[str, ...] = ()
    pages: tuple[Page, ...] = ()


@dataclass(frozen=True)
class Link:
    """A way to a list, for the template."""

    label: str
    url: str
    is_current: bool


GROUPS = (
    Group(
        _("Orders"),
        "box",
        (
            "orders.order",
            "orders.draft",
            "orders.return",
            "orders.withdrawal",
            "orders.shipment",
            "orders.invoice",
            "orders.ordermail",
            "payments.payment",
            "payments.refund",
            "payments.dispute",
            "payments.reconciliationfinding",
            "payments.settlement",
            "payments.bankstatement",
            "payments.bankline",
            "payments.giftcard",
            "payments.creditaccount",
            "payments.providernotice",
            "orders.cartmetric",
        ),
    ),
    Group(
        _("Catalog"),
        "needle",
        (
            "catalog.product",
            "catalog.priceschedule",
            "catalog.category",
            "catalog.collection",
            "catalog.brand",
            "catalog.optionvalue",
            "catalog.sizechart",
            "catalog.media",
            "catalog.importbatch",
            "catalog.productexport",
            "catalog.exportschedule",
            "catalog.review",
            "catalog.searchterm",
            "catalog.synonym",
            "catalog.searchredirect",
        ),
    ),
    Group(
        _("Promotions"),
        "heart",
        ("orders.coupon", "orders.promotion", "orders.couponusage"),
    ),
    Group(_("Content"), "edit", ("catalog.contentpage", "catalog.menu", "catalog.redirect")),
    Group(
        _("Stock"),
        "ruler",
        (
            "inventory.stock",
            "inventory.alert",
            "inventory.backorder",
            "inventory.transfer",
            "inventory.movement",
            "inventory.reservation",
            "inventory.purchaseorder",
            "inventory.supplier",
            "inventory.supplieritem",
            "inventory.stocktake",
            "inventory.stocksnapshot",
            "inventory.stockcategory",
            "inventory.location",
        ),
    ),
    Group(
        _("Customers"),
        "user",
        (
            "accounts.user",
            "accounts.newslettersubscription",
            "catalog.subscription",
            "accounts.consentrecord",
            "accounts.dataexport",
            "accounts.erasurerequest",
            "auth.group",
        ),
    ),
    Group(
        _("Reports"),
        "sort",
        pages=(
            Page(_("Sales"), "sales", (MAY_SEE,)),
            Page(_("Payments"), "payments_report", (MAY_SEE,)),
            Page(_("Cost and margin"), "margins", MAY_SEE_COSTS),
        ),
    ),
    Group(
        _("Settings"),
        "truck",
        (
            "orders.shippingmethod",
            "orders.shippingzone",
            "orders.pickuppoint",
            "orders.taxrate",
        ),
    ),
    Group(_("Audit"), "eye", ("audit.auditlog", "audit.securityevent", "events.outboxevent")),
)


def navigation(site: AdminSite, request: HttpRequest) -> list[tuple[Group, list[Link]]]:
    """The groups with the lists that the person of ``request`` may see; empty ones left out."""
    admins = {model._meta.label_lower: known for model, known in site._registry.items()}
    menu = []
    for group in GROUPS:
        links = []
        for entity in group.entities:
            model_admin = admins.get(entity)
            if model_admin is None or not model_admin.has_view_or_change_permission(request):
                continue
            url = reverse(f"{site.name}:{entity.replace('.', '_')}_changelist")
            label = str(model_admin.opts.verbose_name_plural)
            links.append(Link(label, url, is_current=request.path.startswith(url)))
        for page in group.pages:
            if request.user.has_perms(page.permissions):
                url = reverse(f"{site.name}:{page.name}")
                links.append(Link(str(page.label), url, is_current=request.path == url))
        if links:
            menu.append((group, links))
    return menu
