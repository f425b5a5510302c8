"""Who may do what in the back office, from which role on; each role has what those before it have.

For a table it is said once what it takes to view, add, change and delete, and its usual routes
follow; every other route has a row. Whoever is not named is refused: strangers, customers and
suspended people are sent to sign in, staff of a lesser role get 403.
"""

from dataclasses import dataclass, field

EMPLOYEE, MANAGER, ADMIN, NOBODY = "employee", "manager", "admin", "nobody"


@dataclass(frozen=True)
class Table:
    """From which role on; what nobody does is done by acts of their own, or never."""

    view: str
    add: str = NOBODY
    change: str = NOBODY
    delete: str = NOBODY
    #: If it takes more than viewing.
    history: str = ""
    #: Its page is made of steps with routes of their own: posting to it shows it, or is not found.
    is_workspace: bool = False


TABLES = {
    "audit.auditlog": Table(view=ADMIN),
    "audit.securityevent": Table(view=ADMIN),
    "accounts.user": Table(view=EMPLOYEE, change=ADMIN),
    "accounts.newslettersubscription": Table(view=MANAGER),
    "accounts.consentrecord": Table(view=ADMIN),
    "accounts.dataexport": Table(view=ADMIN, add=ADMIN),
    "accounts.erasurerequest": Table(view=ADMIN, add=ADMIN),
    "auth.group": Table(view=ADMIN),
    "events.outboxevent": Table(view=ADMIN),
    "inventory.alert": Table(view=EMPLOYEE),
    "inventory.backorder": Table(view=EMPLOYEE),
    "inventory.stockcategory": Table(view=EMPLOYEE, add=MANAGER, change=MANAGER, delete=MANAGER),
    "inventory.location": Table(view=EMPLOYEE, add=ADMIN, change=ADMIN, delete=ADMIN),
    "inventory.movement": Table(view=EMPLOYEE),
    "inventory.supplier": Table(view=EMPLOYEE, add=MANAGER, change=MANAGER),
    "inventory.supplieritem": Table(view=MANAGER, add=MANAGER, change=MANAGER, delete=MANAGER),
    "inventory.purchaseorder": Table(
        view=EMPLOYEE, add=MANAGER, change=MANAGER, history=MANAGER, is_workspace=True
    ),
    "inventory.reservation": Table(view=EMPLOYEE),
    "inventory.stocksnapshot": Table(view=MANAGER),
    "inventory.stock": Table(view=EMPLOYEE, add=MANAGER, change=MANAGER),
    "inventory.stocktake": Table(view=EMPLOYEE, add=MANAGER, change=MANAGER, is_workspace=True),
    "inventory.transfer": Table(view=EMPLOYEE, add=EMPLOYEE, change=EMPLOYEE),
    "catalog.category": Table(view=EMPLOYEE, add=MANAGER, change=MANAGER),
    "catalog.brand": Table(view=EMPLOYEE, add=MANAGER, change=MANAGER),
    "catalog.optionvalue": Table(view=EMPLOYEE, add=MANAGER, change=MANAGER),
    "catalog.media": Table(view=EMPLOYEE, add=EMPLOYEE, change=EMPLOYEE),
    "catalog.collection": Table(view=EMPLOYEE, add=MANAGER, change=MANAGER, delete=MANAGER),
    "catalog.contentpage": Table(view=MANAGER, add=MANAGER, change=MANAGER, delete=MANAGER),
    "catalog.menu": Table(view=MANAGER, add=MANAGER, change=MANAGER, delete=MANAGER),
    "catalog.redirect": Table(view=MANAGER, add=MANAGER, change=MANAGER, delete=MANAGER),
    "catalog.productexport": Table(view=MANAGER, add=MANAGER),
    "catalog.exportschedule": Table(view=MANAGER, add=MANAGER, change=MANAGER, delete=MANAGER),
    "catalog.importbatch": Table(view=MANAGER, add=MANAGER, is_workspace=True),
    "catalog.priceschedule": Table(view=MANAGER),
    "catalog.subscription": Table(view=EMPLOYEE),
    "catalog.product": Table(view=EMPLOYEE, add=MANAGER, change=EMPLOYEE),
    "catalog.review": Table(view=EMPLOYEE, is_workspace=True),
    "catalog.synonym": Table(view=MANAGER, add=MANAGER, change=MANAGER, delete=MANAGER),
    "catalog.searchredirect": Table(view=MANAGER, add=MANAGER, change=MANAGER, delete=MANAGER),
    "catalog.searchterm": Table(view=MANAGER),
    "catalog.sizechart": Table(view=EMPLOYEE, add=MANAGER, change=MANAGER, delete=MANAGER),
    "orders.cartmetric": Table(view=MANAGER),
    "orders.shippingzone": Table(view=ADMIN, add=ADMIN, change=ADMIN, delete=ADMIN),
    "orders.shippingmethod": Table(view=ADMIN, add=ADMIN, change=ADMIN, delete=ADMIN),
    "orders.pickuppoint": Table(view=ADMIN, add=ADMIN, change=ADMIN, delete=ADMIN),
    "orders.shipment": Table(view=EMPLOYEE),
    "orders.invoice": Table(view=EMPLOYEE),
    "orders.draft": Table(view=EMPLOYEE, add=EMPLOYEE, is_workspace=True),
    "orders.ordermail": Table(view=EMPLOYEE),
    "orders.order": Table(view=EMPLOYEE, is_workspace=True),
    "orders.coupon": Table(view=MANAGER, add=MANAGER, change=MANAGER, delete=MANAGER),
    "orders.promotion": Table(view=MANAGER, add=MANAGER, change=MANAGER, delete=MANAGER),
    "orders.couponusage": Table(view=MANAGER),
    "orders.return": Table(view=EMPLOYEE, is_workspace=True),
    "orders.withdrawal": Table(view=EMPLOYEE),
    "orders.taxrate": Table(view=ADMIN, add=ADMIN, change=ADMIN, delete=ADMIN),
    "payments.bankstatement": Table(view=MANAGER, change=MANAGER, is_workspace=True),
    "payments.bankline": Table(view=MANAGER),
    "payments.giftcard": Table(view=EMPLOYEE),
    "payments.creditaccount": Table(view=EMPLOYEE),
    "payments.dispute": Table(view=EMPLOYEE, is_workspace=True),
    "payments.reconciliationfinding": Table(view=EMPLOYEE),
    "payments.providernotice": Table(view=EMPLOYEE),
    "payments.settlement": Table(view=EMPLOYEE),
    "payments.payment": Table(view=EMPLOYEE),
    "payments.refund": Table(view=EMPLOYEE),
    # The jobs of the worker: for those who keep the shop running, as superusers.
    "procrastinate.procrastinatejob": Table(view=NOBODY),
}


@dataclass(frozen=True)
class Page:
    """A route of its own: the least role, and what it gets, for GET and for POST."""

    name: str
    get: tuple[str, int | str] = (EMPLOYEE, 405)
    post: tuple[str, int | str] = (EMPLOYEE, 405)
    objects: dict[str, str] = field(default_factory=dict)


def page(
    name: str,
    get: tuple[str, int | str] | None,
    post: tuple[str, int | str] | None,
    /,
    **objects: str,
) -> Page:
    """A row; None is a method that nobody uses."""
    nothing = (EMPLOYEE, 405)
    return Page(f"admin:{name}", get or nothing, post or nothing, objects)


#: A plan of a bulk edit is of who made it: others are led back.
_NOT_THEIRS = (EMPLOYEE, "303 /admin/catalog/product/")

PAGES = [
    page("search", (EMPLOYEE, 200), (EMPLOYEE, 200)),
    page("density", None, (EMPLOYEE, "303 /")),
    page("sales", (MANAGER, 200), (MANAGER, 200)),
    page("sales_csv", (MANAGER, 200), (MANAGER, 200)),
    page("payments_report", (MANAGER, 200), (MANAGER, 200)),
    page("payments_csv", (MANAGER, 200), (MANAGER, 200)),
    page("margins", (MANAGER, 200), (MANAGER, 200)),
    page("margins_csv", (MANAGER, 200), (MANAGER, 200)),
    page("list_export", (EMPLOYEE, 404), (EMPLOYEE, 404), entity="=catalog.product"),
    page("view_save", None, (EMPLOYEE, 404)),
    page("password_change_done", (EMPLOYEE, 200), None),
    page(
        "accounts_dataexport_file",
        (ADMIN, 404),
        (ADMIN, 404),
        export_id="=01890000-0000-7000-8000-000000000000",
    ),
    page("autocomplete", (NOBODY, 403), None),
    page("jsi18n", (EMPLOYEE, 200), None),
    page(
        "inventory_purchaseorder_step",
        (MANAGER, 200),
        (MANAGER, 422),
        order_id="bought_in",
        name="=cancel",
    ),
    page(
        "inventory_purchaseorder_reorder",
        (MANAGER, 200),
        (MANAGER, "303 /admin/inventory/purchaseorder/"),
    ),
    page("inventory_purchaseorder_receive", (EMPLOYEE, 200), (EMPLOYEE, 422), order_id="bought_in"),
    page("inventory_purchaseorder_sheet", (MANAGER, 200), (MANAGER, 200), order_id="bought_in"),
    page("inventory_purchaseorder_csv", (MANAGER, 200), (MANAGER, 200), order_id="bought_in"),
    page("inventory_stock_adjust", (MANAGER, 200), (MANAGER, 422), object_id="shelf"),
    page(
        "inventory_stocktake_step",
        (MANAGER, 200),
        (MANAGER, "303 /admin/inventory/stocktake/"),
        stocktake_id="stocktake",
        name="=cancel",
    ),
    page("inventory_stocktake_csv", (EMPLOYEE, 200), (EMPLOYEE, 200), stocktake_id="stocktake"),
    page("inventory_stocktake_count", (EMPLOYEE, 200), (EMPLOYEE, 404), stocktake_id="stocktake"),
    page(
        "inventory_transfer_step",
        (EMPLOYEE, 200),
        (EMPLOYEE, 422),
        object_id="transfer",
        name="=send",
    ),
    page("catalog_category_shift", (NOBODY, 403), (MANAGER, "303 /admin/catalog/category/")),
    page("catalog_category_move", (MANAGER, 200), (MANAGER, 200), category_id="category_id"),
    page("catalog_redirect_import", (MANAGER, 200), (MANAGER, 422)),
    page("catalog_productexport_file", (MANAGER, 404), (MANAGER, 404), export_id="export"),
    page("catalog_importbatch_columns", (MANAGER, 200), (MANAGER, 200), batch_id="batch"),
    page("catalog_importbatch_progress", (MANAGER, 200), (MANAGER, 200), batch_id="batch"),
    page("catalog_importbatch_errors", (MANAGER, 200), (MANAGER, 200), batch_id="batch"),
    page(
        "catalog_importbatch_confirm",
        (MANAGER, "303 /admin/catalog/importbatch/"),
        (MANAGER, "303 /admin/catalog/importbatch/"),
        batch_id="batch",
    ),
    page(
        "catalog_importbatch_revert",
        (MANAGER, "303 /admin/catalog/importbatch/"),
        (MANAGER, "303 /admin/catalog/importbatch/"),
        batch_id="batch",
    ),
    page("catalog_priceschedule_plan", (MANAGER, 200), (MANAGER, 200), product_id="product_id"),
    page(
        "catalog_priceschedule_cancel",
        (MANAGER, 200),
        (MANAGER, "302 /admin/catalog/priceschedule/"),
        schedule_id="schedule",
    ),
    page(
        "catalog_product_variants",
        (EMPLOYEE, 200),
        (MANAGER, "303 /admin/catalog/product/"),
        product_id="product_id",
    ),
    page("catalog_product_draw", (EMPLOYEE, 200), (EMPLOYEE, 200), product_id="product_id"),
    page("catalog_product_pictures", (EMPLOYEE, 200), (EMPLOYEE, 200), product_id="product_id"),
    page(
        "catalog_product_duplicate",
        (MANAGER, 200),
        (MANAGER, "303 /admin/catalog/product/"),
        product_id="product_id",
    ),
    page("catalog_product_prices", (MANAGER, 200), (MANAGER, 200), product_id="product_id"),
    page(
        "catalog_review_queue",
        (EMPLOYEE, "302 /admin/catalog/review/"),
        (EMPLOYEE, "302 /admin/catalog/review/"),
    ),
    page("catalog_review_act", None, (EMPLOYEE, 404), object_id="published"),
    page(
        "catalog_review_bulk",
        (EMPLOYEE, "302 /admin/catalog/review/"),
        (EMPLOYEE, "302 /admin/catalog/review/"),
    ),
    page("catalog_searchterm_export", (MANAGER, 200), (MANAGER, 200)),
    page("audit_auditlog_export", (ADMIN, 200), (ADMIN, 200)),
    page(
        "audit_auditlog_undo",
        (ADMIN, 404),
        (ADMIN, 404),
        entry_id="=01890000-0000-7000-8000-000000000000",
    ),
    page("audit_securityevent_export", (ADMIN, 200), (ADMIN, 200)),
    page("orders_shippingmethod_try", (ADMIN, 200), (ADMIN, 200)),
    page("orders_order_step", (MANAGER, 200), (MANAGER, 422), object_id="order_pk", name="=cancel"),
    page("orders_order_lines", (MANAGER, 200), (MANAGER, 200), object_id="order_pk"),
    page("orders_coupon_report", (MANAGER, 200), (MANAGER, 200)),
    page("orders_coupon_batch", (MANAGER, 200), (MANAGER, 422), pk="coupon"),
    page("orders_coupon_codes", (MANAGER, 200), (MANAGER, 200), pk="coupon"),
    page("orders_coupon_try", (MANAGER, 200), (MANAGER, 422), pk="coupon"),
    page("orders_coupon_end", (MANAGER, 200), (MANAGER, "302 /admin/orders/coupon/"), pk="coupon"),
    page("orders_promotion_try", (MANAGER, 200), (MANAGER, 422), pk="promotion"),
    page(
        "orders_promotion_end",
        (MANAGER, 200),
        (MANAGER, "302 /admin/orders/promotion/"),
        pk="promotion",
    ),
    page("payments_bankstatement_bring", (MANAGER, 200), (MANAGER, 422)),
    page(
        "payments_bankstatement_columns",
        (MANAGER, "303 /admin/payments/bankstatement/"),
        (MANAGER, "303 /admin/payments/bankstatement/"),
        pk="statement",
    ),
    page(
        "payments_bankstatement_drop",
        (MANAGER, 200),
        (MANAGER, "303 /admin/payments/bankstatement/"),
        pk="statement",
    ),
    page("payments_bankline_assign", (MANAGER, 200), (MANAGER, 422), pk="line"),
    page(
        "payments_bankline_returned",
        (MANAGER, 200),
        (MANAGER, "303 /admin/payments/bankline/"),
        pk="line",
    ),
    page("payments_giftcard_issue", (MANAGER, 200), (MANAGER, 422)),
    page("payments_giftcard_liability", (EMPLOYEE, 200), (EMPLOYEE, 200)),
    page(
        "payments_giftcard_block",
        (MANAGER, 200),
        (MANAGER, "302 /admin/payments/giftcard/"),
        pk="gift_card",
    ),
    page("payments_giftcard_sheet", None, (NOBODY, 403), pk="gift_card"),
    page(
        "payments_giftcard_send",
        (MANAGER, 200),
        (MANAGER, "302 /admin/payments/giftcard/"),
        pk="gift_card",
    ),
    page("payments_creditaccount_grant", (MANAGER, 200), (MANAGER, 422)),
    page("payments_creditaccount_adjust", (MANAGER, 200), (MANAGER, 422), pk="account"),
    page("payments_dispute_evidence", (MANAGER, 200), (MANAGER, 422), pk="dispute"),
    page("payments_dispute_answer", (MANAGER, 200), (MANAGER, 200), pk="dispute"),
    page("payments_dispute_accept", (MANAGER, 200), (MANAGER, 200), pk="dispute"),
    page("payments_dispute_pack", (MANAGER, 200), (MANAGER, 200), pk="dispute"),
    page("payments_reconciliationfinding_mend", (NOBODY, 403), (NOBODY, 403), pk="finding"),
    page("payments_reconciliationfinding_close", (MANAGER, 200), (MANAGER, 200), pk="finding"),
    page("app_list", (EMPLOYEE, 200), (EMPLOYEE, 200), app_label="=orders"),
    page("view_delete", None, (EMPLOYEE, 404), view_id="product_id"),
    page("catalog_product_bulk_choose", _NOT_THEIRS, _NOT_THEIRS, plan_id="plan"),
    page("catalog_product_bulk_preview", _NOT_THEIRS, _NOT_THEIRS, plan_id="plan"),
    page("catalog_product_bulk_report", (EMPLOYEE, 200), (EMPLOYEE, 200), plan_id="plan"),
    page("catalog_product_bulk_undo", _NOT_THEIRS, _NOT_THEIRS, plan_id="plan"),
    page(
        "orders_order_slip", (EMPLOYEE, 200), (EMPLOYEE, 200), object_id="sent", parcel_id="parcel"
    ),
    page(
        "orders_order_parcel",
        (EMPLOYEE, 404),
        (EMPLOYEE, 404),
        object_id="sent",
        parcel_id="parcel",
        name="=delivered",
    ),
    page(
        "orders_order_document",
        (EMPLOYEE, 200),
        (EMPLOYEE, 200),
        object_id="sent",
        number="document",
    ),
    page(
        "orders_return_step",
        (EMPLOYEE, 200),
        (EMPLOYEE, "303 /admin/orders/return/"),
        return_id="return_id",
        name="=receive",
    ),
    page(
        "payments_dispute_file",
        (EMPLOYEE, 404),
        (EMPLOYEE, 404),
        pk="dispute",
        file_id="product_id",
    ),
    page("accounts_user_invite", (ADMIN, 303), (ADMIN, 303)),
    page("accounts_user_remove_factors", (ADMIN, 303), (ADMIN, 303), user_id="person"),
]
