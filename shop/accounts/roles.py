"""Roles: what people who work here may do, as groups of permissions.

Documents name a permission ``domain:action``; :data:`PERMISSIONS` maps each to Django's model
permissions. A role has what the roles before it have, and more.
"""

from collections.abc import Iterable
from enum import StrEnum

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType


class Role(StrEnum):
    """Names of the groups."""

    CUSTOMER = "customer"
    EMPLOYEE = "employee"
    MANAGER = "manager"
    ADMIN = "admin"


def _all(*models: str) -> tuple[str, ...]:
    """Every model permission of ``models``, each given as ``app.model``."""
    return tuple(
        f"{app}.{action}_{model}"
        for app, model in (name.split(".") for name in models)
        for action in ("view", "add", "change", "delete")
    )


PERMISSIONS: dict[str, tuple[str, ...]] = {
    "catalog:view": (
        "catalog.view_brand",
        "catalog.view_category",
        "catalog.view_collection",
        "catalog.view_collectionproduct",
        "catalog.view_media",
        "catalog.view_optionvalue",
        "catalog.view_product",
        "catalog.view_productcategory",
        "catalog.view_productmedia",
        "catalog.view_productvariant",
        "catalog.view_sizechart",
    ),
    # Words, pictures and places of products. Their prices need catalog:price as well.
    "catalog:edit": (
        "catalog.add_media",
        "catalog.change_media",
        "catalog.change_product",
        *_all("catalog.productcategory", "catalog.productlink", "catalog.productmedia"),
    ),
    "catalog:manage": _all(
        "catalog.brand",
        "catalog.category",
        "catalog.collection",
        "catalog.collectionproduct",
        "catalog.media",
        "catalog.optionvalue",
        "catalog.product",
        "catalog.productvariant",
        "catalog.sizechart",
    ),
    "catalog:price": ("catalog.change_price",),
    "content:edit": (
        "catalog.view_pageuse",
        *_all("catalog.contentpage", "catalog.menu", "catalog.menuitem", "catalog.redirect"),
    ),
    "search:teach": (
        "catalog.view_searchterm",
        *_all("catalog.synonym", "catalog.searchredirect"),
    ),
    "reviews:moderate": (
        "catalog.change_review",
        "catalog.view_purchase",
        "catalog.view_review",
        "catalog.view_reviewphoto",
        "catalog.view_reviewvote",
    ),
    "stock:view": (
        "inventory.view_alert",
        "inventory.view_backorder",
        "inventory.view_location",
        "inventory.view_movement",
        "inventory.view_reservation",
        "inventory.view_stock",
        "inventory.view_stockcategory",
        "inventory.view_transfer",
        "inventory.view_transferline",
    ),
    # Goods go from one location to another; no unit comes or goes.
    "stock:move": (
        "inventory.add_transfer",
        "inventory.change_transfer",
        *_all("inventory.transferline"),
    ),
    "stock:count": (
        "inventory.add_movement",
        "inventory.add_stock",
        "inventory.change_stock",
        *_all("inventory.stockcategory"),
    ),
    "stock:approve": (
        "inventory.add_stocktake",
        "inventory.approve_stocktake",
        "inventory.change_stocktake",
    ),
    # What goods cost us, and so what they earn.
    "stock:cost": ("inventory.view_cost",),
    "stocktake:count": (
        "inventory.add_stocktakecount",
        "inventory.view_stocktake",
        "inventory.view_stocktakecount",
    ),
    "purchasing:receive": (
        "inventory.add_receipt",
        "inventory.view_purchaseorder",
        "inventory.view_purchaseorderline",
        "inventory.view_receipt",
        "inventory.view_receiptline",
        "inventory.view_supplier",
    ),
    "purchasing:order": _all(
        "inventory.purchaseorder",
        "inventory.purchaseorderline",
        "inventory.supplier",
        "inventory.supplieritem",
    ),
    "orders:view": (
        "orders.view_invoice",
        "orders.view_order",
        "orders.view_orderedit",
        "orders.view_orderaddress",
        "orders.view_orderevent",
        "orders.view_orderitem",
        "orders.view_ordermail",
        "orders.view_ordernote",
        "orders.view_orderstatuschange",
        "orders.view_ordertag",
        "orders.view_return",
        "orders.view_returnitem",
        "orders.view_returnphoto",
        "orders.view_returnstatuschange",
        "orders.view_shipment",
        "orders.view_shipmentitem",
        "orders.view_withdrawal",
        "payments.view_capture",
        "payments.view_creditaccount",
        "payments.view_creditentry",
        "payments.view_giftcard",
        "payments.view_dispute",
        "payments.view_disputeevidence",
        "payments.view_payment",
        "payments.view_paymenttransaction",
        "payments.view_providernotice",
        "payments.view_reconciliationfinding",
        "payments.view_settlement",
        "payments.view_refund",
        "payments.view_refundline",
        "payments.view_refundpart",
    ),
    "orders:fulfill": ("orders.change_order",),
    # Orders taken down by phone; what is agreed in them has a limit.
    "orders:draft": _all("orders.draft", "orders.draftprice"),
    "orders:edit": ("orders.add_orderedit", "payments.add_payment"),
    "orders:concede": ("orders.exceed_discount",),
    # What came back is looked at; the money for it is orders:refund.
    "returns:inspect": ("orders.change_return",),
    "orders:refund": (
        "payments.add_capture",
        "payments.add_refund",
        "payments.change_payment",
        "payments.change_providernotice",
    ),
    # Statements of the bank, and what they pay.
    "bank:book": (
        "payments.add_payment",
        "payments.change_bankstatement",
        "payments.view_bankline",
        "payments.view_bankstatement",
    ),
    # Answering banks, with all that is known of an order.
    "payments:dispute": ("payments.add_disputeevidence", "payments.change_dispute"),
    # Differences from the providers' ledgers: mended, or closed with a reason.
    "payments:reconcile": ("payments.change_reconciliationfinding",),
    # Gift cards and store credit made or taken by hand.
    "credit:manage": ("payments.change_creditaccount", "payments.change_giftcard"),
    "coupons:manage": (
        "orders.view_couponusage",
        *_all("orders.coupon", "orders.promotion"),
    ),
    "customers:view": (
        "accounts.view_user",
        "accounts.view_address",
        "catalog.view_subscription",
    ),
    # Addresses to write to: their list may leave as a file.
    "news:manage": (
        "accounts.change_newslettersubscription",
        "accounts.view_newslettersubscription",
    ),
    "reports:view": (
        "orders.view_sales",
        "inventory.view_stocksnapshot",
        "orders.view_cart",
        "orders.view_cartitem",
        "orders.view_cartmetric",
        "orders.view_checkout",
    ),
    "users:manage": _all("accounts.user", "accounts.address", "auth.group"),
    # Copies and erasures of people's data, and what law keeps of those who were erased.
    "privacy:manage": (
        "accounts.add_dataexport",
        "accounts.add_erasurerequest",
        "accounts.change_erasurerequest",
        "accounts.view_consentrecord",
        "accounts.view_dataexport",
        "accounts.view_erasurerequest",
        "accounts.view_locked_documents",
    ),
    "settings:manage": _all(
        "inventory.location",
        "orders.pickuppoint",
        "orders.shippingmethod",
        "orders.shippingzone",
        "orders.taxrate",
    ),
    "audit:view": ("audit.view_auditlog", "audit.view_securityevent"),
    "events:manage": ("events.change_outboxevent", "events.view_outboxevent"),
}

#: Permissions no model brings along: the model they belong to, and what staff read.
OWN_PERMISSIONS = {
    "accounts.view_locked_documents": ("user", "Can see documents of people who were erased"),
    "catalog.change_price": ("productvariant", "Can change prices"),
    "inventory.approve_stocktake": ("stocktake", "Can approve the differences of a stocktake"),
    "inventory.view_cost": ("stock", "Can see what goods cost"),
    "orders.view_sales": ("order", "Can see what was sold"),
    "orders.exceed_discount": ("draft", "Can agree on more than the limit of discounts"),
}

EMPLOYEE = (
    "catalog:view",
    "catalog:edit",
    "reviews:moderate",
    "stock:view",
    "stock:move",
    "stocktake:count",
    "purchasing:receive",
    "orders:view",
    "orders:fulfill",
    "returns:inspect",
    "orders:draft",
    "customers:view",
)
MANAGER = (
    *EMPLOYEE,
    "catalog:manage",
    "catalog:price",
    "coupons:manage",
    "content:edit",
    "search:teach",
    "stock:count",
    "stock:approve",
    "stock:cost",
    "purchasing:order",
    "orders:edit",
    "orders:concede",
    "orders:refund",
    "payments:dispute",
    "payments:reconcile",
    "bank:book",
    "credit:manage",
    "news:manage",
    "reports:view",
)
ROLES: dict[Role, tuple[str, ...]] = {
    Role.CUSTOMER: (),
    Role.EMPLOYEE: EMPLOYEE,
    Role.MANAGER: MANAGER,
    Role.ADMIN: (
        *MANAGER,
        "users:manage",
        "privacy:manage",
        "settings:manage",
        "audit:view",
        "events:manage",
    ),
}


def sync_roles() -> dict[Role, Group]:
    """Create the roles, or bring their permissions in line; returns the group of each.

    Permissions that people were given beside their role stay. Raises LookupError when a
    permission is named that no model has.
    """
    for name, (model, label) in OWN_PERMISSIONS.items():
        app, codename = name.split(".")
        owner = ContentType.objects.get_by_natural_key(app, model)
        Permission.objects.update_or_create(
            content_type=owner, codename=codename, defaults={"name": label}
        )
    groups = {}
    for role, names in ROLES.items():
        group, _created = Group.objects.get_or_create(name=role.value)
        wanted = _permissions(permission for name in names for permission in PERMISSIONS[name])
        if {p.pk for p in wanted} != set(group.permissions.values_list("pk", flat=True)):
            group.permissions.set(wanted)
        groups[role] = group
    return groups


def _permissions(names: Iterable[str]) -> list[Permission]:
    wanted = set(names)
    found = _stored(wanted)
    if len(found) < len(wanted):
        # A database that was just migrated without the signal that makes them.
        for app in {name.split(".")[0] for name in wanted}:
            create_permissions(apps.get_app_config(app), verbosity=0)
        found = _stored(wanted)
    if missing := wanted - found.keys():
        raise LookupError(f"no model has these permissions: {', '.join(sorted(missing))}")
    return list(found.values())


def _stored(names: set[str]) -> dict[str, Permission]:
    rows = Permission.objects.filter(
        codename__in={name.split(".")[1] for name in names}
    ).select_related("content_type")
    by_name = {f"{row.content_type.app_label}.{row.codename}": row for row in rows}
    return {name: row for name, row in by_name.items() if name in names}
