"""Roles and rights as people read them."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shop.accounts.roles import Role

ROLE_WORDS: Mapping[Role, tuple[Promise, Promise]] = {
    Role.CUSTOMER: (_("Customer"), _("Shops. No rights in the back office.")),
    Role.EMPLOYEE: (_("Employee"), _("Products without their prices, orders, returns, reviews.")),
    Role.MANAGER: (_("Manager"), _("Also prices, coupons, stock, money back, reports.")),
    Role.ADMIN: (_("Admin"), _("Also people and their rights, settings, the audit log.")),
}

EXPLAINED: Mapping[str, Promise] = {
    "catalog:view": _("See products, categories and pictures"),
    "catalog:edit": _("Write texts of products, hang pictures, put them into categories"),
    "catalog:manage": _("Make and retire products, variants, categories, brands, collections"),
    "catalog:price": _("Change prices, plan them, bring and take files of products"),
    "content:edit": _("Write pages, menus and redirects"),
    "search:teach": _("Teach the search synonyms and redirects, see what is searched for"),
    "reviews:moderate": _("Publish, refuse and answer reviews"),
    "stock:view": _("See stock, movements and reservations"),
    "stock:move": _("Move goods between locations"),
    "stock:count": _("Change stock by hand"),
    "stock:approve": _("Open stocktakes and approve what they found"),
    "stock:cost": _("See what goods cost and earn"),
    "stocktake:count": _("Count shelves"),
    "purchasing:receive": _("Check in what suppliers deliver"),
    "purchasing:order": _("Order from suppliers"),
    "orders:view": _("See orders, returns, payments and documents"),
    "orders:fulfill": _("Pack, ship and deliver orders, write to customers"),
    "orders:draft": _("Take down orders by phone"),
    "orders:edit": _("Change the lines of placed orders, note payments"),
    "orders:concede": _("Agree on discounts above the limit"),
    "returns:inspect": _("Look at what came back"),
    "orders:refund": _("Take money and give it back"),
    "bank:book": _("Bring bank statements and book them"),
    "payments:dispute": _("Answer disputes"),
    "payments:reconcile": _("Settle differences from the providers' ledgers"),
    "credit:manage": _("Make and change gift cards and store credit"),
    "coupons:manage": _("Make coupons and promotions"),
    "customers:view": _("See customers, their addresses and subscriptions"),
    "news:manage": _("See and export who gets the newsletter"),
    "reports:view": _("See what was sold, carts and stock over time"),
    "users:manage": _("Change people and their rights, suspend them"),
    "privacy:manage": _("Hand out and erase people's data, see what is kept of the erased"),
    "settings:manage": _("Change delivery, taxes and locations"),
    "audit:view": _("Read the audit log"),
    "events:manage": _("See what the shop tells others, and send it again"),
}
