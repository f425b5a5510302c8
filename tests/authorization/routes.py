"""Who may do what, by route: the shop's pages here, those of the back office in ``staff_routes``.

A new route needs a row, or `test_matrix.py` fails. A row says in words who may, what they then
get for an empty GET and an empty POST (405 where not said), and what everybody else gets. The
names behind URL arguments are those of ``world.py``: of Ada, the customer, for "own", and of Ben
for "foreign". A value that starts with "=" stands for itself.
"""

from dataclasses import dataclass, field
from enum import StrEnum

LOGIN = "302 /account/login/"
STEP_UP = "303 /account/security/confirm/"
CART = "302 /cart/"
HOME = "302 /"


class Who(StrEnum):
    """Who may; the refused get ``others``, and strangers ``strangers``."""

    #: Anybody; the answer does not depend on who asks.
    EVERYONE = "everyone"
    #: Whoever has the link: what makes it cannot be guessed, and no other object is reached by it.
    LINK = "whoever has the link"
    #: Nobody is signed in.
    GUEST = "guests"
    #: Anybody who is signed in, about themselves alone.
    MEMBER = "members"
    #: The customer whose object it is.
    OWNER = "the owner"


@dataclass(frozen=True)
class Row:
    """One route. Statuses are "200", or "303 /path" for where a redirect leads to."""

    name: str
    who: Who
    get: int | str = 405
    post: int | str = 405
    #: What a member gets who may not.
    others: int | str = 404
    #: What is said to those who are not signed in, if it is not the same.
    strangers: int | str | None = None
    #: For an object that is not there.
    missing: int | str = 404
    objects: dict[str, str] = field(default_factory=dict)


_CELLS = ("get", "post", "others", "strangers", "missing")


def row(name: str, who: Who, /, **given: int | str) -> Row:
    """A row; what is no cell of it is an argument of the URL."""
    cells = {key: given.pop(key) for key in _CELLS if key in given}
    return Row(name, who, objects={key: str(word) for key, word in given.items()}, **cells)


_WISHLIST, _TO_CART, _TO_PAYMENT = "303 /wishlist/", "303 /cart/", "302 /checkout/payment/"
_ALL, _LINK, _GUEST, _MEMBER, _OWNER = Who.EVERYONE, Who.LINK, Who.GUEST, Who.MEMBER, Who.OWNER
#: A key that no row has.
_NO_ID = "=01890000-0000-7000-8000-000000000000"

KERNEL = [
    row("health_live", _ALL, get=200),
    row("health_ready", _ALL, get=200),
    row("set_theme", _ALL, post="303 /"),
    row("set_language", _ALL, post="303 /"),
]
#: Only where DEBUG is on, and so in no shop.
DEVELOPMENT = [
    row("styleguide", _ALL, get=200),
    row("dev_mailbox", _ALL, get=200),
    row("dev_letter", _ALL, get=404, file="=none.log", place="=1"),
    row("dev_letter_page", _ALL, get=404, file="=none.log", place="=1"),
]
ACCOUNT = [
    row("accounts:overview", _MEMBER, get=200),
    row("accounts:profile", _MEMBER, get=200, post="303 /account/"),
    row("accounts:addresses", _MEMBER, get=200),
    row("accounts:address_add", _MEMBER, get=200, post=422),
    row("accounts:address_edit", _OWNER, get=200, post=422, strangers=LOGIN, address_id="address"),
    row(
        "accounts:address_default",
        _OWNER,
        post="303 /account/addresses/",
        strangers=LOGIN,
        address_id="address",
    ),
    row(
        "accounts:address_remove",
        _OWNER,
        post="303 /account/addresses/",
        strangers=LOGIN,
        address_id="address",
    ),
    row(
        "accounts:address_restore",
        _OWNER,
        post="303 /account/addresses/",
        strangers=LOGIN,
        address_id="address",
    ),
    row("accounts:notifications", _MEMBER, get=200, post="303 /account/notifications/"),
    row("accounts:stop", _LINK, get=200, post="303 /account/notifications/stop/", token="stop"),
    row("account_login", _GUEST, get=200, post=422, others=HOME),
    row("account_request_login_code", _GUEST, get=200, post=422, others=HOME),
    row(
        "account_confirm_login_code",
        _GUEST,
        get="302 /account/login/code/",
        post="302 /account/login/code/",
        others=HOME,
    ),
    row("accounts:email", _MEMBER, get=STEP_UP, post=STEP_UP),
    row("accounts:email_undo", _ALL, get=410, post=410, token="=forged"),
    row("accounts:sign_in_history", _MEMBER, get=200),
    row(
        "accounts:session_end",
        _OWNER,
        post="302 /account/security/",
        strangers=LOGIN,
        session_id="session",
    ),
    row("accounts:sessions_end_others", _MEMBER, post="302 /account/security/"),
    row("accounts:security", _MEMBER, get=200),
    row("accounts:set_up_factor", _MEMBER, get=200),
    row("accounts:step_up", _MEMBER, get=200, post=422),
    row("accounts:authenticator", _MEMBER, get=STEP_UP, post=STEP_UP),
    row("accounts:authenticator_remove", _MEMBER, get=STEP_UP, post=STEP_UP),
    row("accounts:recovery_codes", _MEMBER, get=STEP_UP, post=STEP_UP),
    row("accounts:recovery_codes_file", _MEMBER, get=STEP_UP),
    row("accounts:passkey_add", _MEMBER, get=STEP_UP, post=STEP_UP),
    row("accounts:passkey_options", _MEMBER, post=STEP_UP),
    row("accounts:passkey_rename", _MEMBER, get=STEP_UP, post=STEP_UP, pk="=1"),
    row("accounts:passkey_remove", _MEMBER, get=STEP_UP, post=STEP_UP, pk="=1"),
    row("accounts:passkey_sign_in", _GUEST, post="303 /account/login/", others="303 /account/"),
    row("accounts:passkey_challenge", _ALL, post=200),
    row("mfa_authenticate", _GUEST, get=LOGIN, post=LOGIN, others=HOME),
    row("account_logout", _MEMBER, get=200, post=HOME, strangers=HOME),
    row("account_signup", _GUEST, get=200, post=422, others=HOME),
    row("account_email_verification_sent", _ALL, get=200),
    row("account_confirm_email", _ALL, get=200, post=404, key="=forged"),
    row("account_change_password", _MEMBER, get=200, post=422),
    row("account_reset_password", _ALL, get=200, post=422),
    row("account_reset_password_done", _ALL, get=200),
    row("account_reset_password_from_key", _ALL, get=200, post=200, uidb36="=1", key="=forged"),
    row("account_reset_password_from_key_done", _ALL, get=200),
    row("accounts:privacy", _MEMBER, get=200),
    row("accounts:data_copy", _MEMBER, post=STEP_UP),
    row("accounts:data_copy_file", _MEMBER, get=STEP_UP, export_id=_NO_ID),
    row("accounts:erase", _MEMBER, get=STEP_UP, post=STEP_UP),
    row("accounts:erase_keep", _MEMBER, post="303 /account/privacy/"),
    row("accounts:consent_withdraw", _MEMBER, post=404),
    row("privacy:ask", _ALL, get=200, post=422),
    row("privacy:sent", _ALL, get=200),
    row("privacy:guest", _ALL, get=404, token="=forged"),
    row("privacy:guest_copy", _ALL, post=404, token="=forged"),
    row("privacy:guest_copy_file", _ALL, get=404, token="=forged", export_id=_NO_ID),
    row("privacy:guest_erase", _ALL, post=404, token="=forged"),
    row("privacy:guest_keep", _ALL, post=404, token="=forged"),
    row("newsletter:ask", _ALL, get=200, post=422),
    row("newsletter:thanks", _ALL, get=200),
    row("newsletter:choose", _MEMBER, post="303 /account/"),
    row("newsletter:confirm", _LINK, get=200, post="303 /newsletter/confirm/", token="confirm"),
    row(
        "newsletter:unsubscribe",
        _LINK,
        get=200,
        post="303 /newsletter/unsubscribe/",
        token="unsubscribe",
    ),
]
CATALOG = [
    row("catalog:home", _ALL, get=200),
    row("catalog:category", _ALL, get=200, path="category"),
    row("catalog:collections", _ALL, get=200),
    row("catalog:collection", _ALL, get=200, slug="collection"),
    row("catalog:brands", _ALL, get=200),
    row("catalog:brand", _ALL, get=200, slug="brand"),
    row("catalog:product", _ALL, get=200, slug="product"),
    row("catalog:card", _ALL, get="303 /p/", slug="product"),
    row("catalog:sizes", _ALL, get="303 /p/", slug="product"),
    row("catalog:your_size", _ALL, get=200, slug="product"),
    row("catalog:size_guides", _ALL, get=200),
    row("catalog:size_guide", _ALL, get=200, slug="chart"),
    row("catalog:search", _ALL, get=200),
    row("catalog:media", _ALL, get=200, path="media"),
    row("catalog:sitemap", _ALL, get=200),
    row("catalog:sitemap_products", _ALL, get=200, missing=200, start="product_id"),
    row("catalog:sitemap_section", _ALL, get=200, section="=pages"),
    row("catalog:robots", _ALL, get=200),
    row("catalog:security", _ALL, get=200),
    row("catalog:feed", _ALL, get=200, form="=xml"),
    row("pages:help", _ALL, get="303 /pages/contact/"),
    row("pages:contact", _ALL, get=200, post=422),
    row("pages:useful", _ALL, post=404, page_id="page_id"),
    row("pages:page", _ALL, get=200, slug="page"),
    row("pages:journal", _ALL, get=200),
    row("pages:article", _ALL, get=200, slug="article"),
    row("catalog:recently_viewed", _ALL, get=200),
    row("catalog:forget_viewed", _ALL, post="303 /"),
]
REVIEWS = [
    row("catalog:reviews", _ALL, get=200, slug="product"),
    row("catalog:review", _MEMBER, get=200, post=422, slug="product"),
    row("catalog:review_vote", _ALL, post="303 /p/", review_id="published"),
    row("catalog:review_report", _ALL, get=200, post=422, review_id="published"),
    row("catalog:review_by_link", _LINK, get=200, post=422, token="review_link"),
    row("catalog:review_delete_by_link", _LINK, get=200, post="303 /p/", token="review_link"),
    row(
        "catalog:review_delete",
        _OWNER,
        get=200,
        post="303 /account/reviews/",
        strangers=LOGIN,
        review_id="review",
    ),
    row("catalog:my_reviews", _MEMBER, get=200),
]
WISHES = [
    row("catalog:wishlist", _ALL, get=200),
    row("catalog:heart", _ALL, post=404),
    row("catalog:wish_restore", _ALL, post=404),
    row("catalog:wishlist_share", _ALL, post="303 /wishlist/"),
    row(
        "catalog:wish_remove",
        _OWNER,
        post=_WISHLIST,
        others=_WISHLIST,
        missing=_WISHLIST,
        strangers=404,
        item_id="wish",
    ),
    row("catalog:shared_wishlist", _LINK, get=200, token="shared_list"),
    row("catalog:subscribe", _ALL, get="303 /p/", post="303 /p/", slug="product"),
    row(
        "catalog:subscription",
        _LINK,
        get=200,
        post="303 /subscriptions/",
        token="subscription",
    ),
    row("catalog:my_subscriptions", _MEMBER, get=200),
]
CARTS = [
    row("orders:cart", _ALL, get=200),
    row("orders:cart_add", _ALL, post=404),
    row(
        "orders:cart_update",
        _OWNER,
        post=422,
        others=_TO_CART,
        missing=_TO_CART,
        item_id="item",
    ),
    row(
        "orders:cart_remove",
        _OWNER,
        post=_TO_CART,
        others=_TO_CART,
        missing=_TO_CART,
        item_id="item",
    ),
    row(
        "orders:cart_keep",
        _OWNER,
        post=_TO_CART,
        others=_TO_CART,
        missing=_TO_CART,
        item_id="item",
    ),
    row(
        "orders:cart_save",
        _OWNER,
        post=_TO_CART,
        others=_TO_CART,
        missing=_TO_CART,
        item_id="item",
    ),
    row("orders:cart_from_wishlist", _OWNER, post="303 /p/", wish_id="wish"),
    row(
        "orders:cart_take_back",
        _OWNER,
        post=_TO_CART,
        others=_TO_CART,
        missing=_TO_CART,
        strangers=404,
        saved_id="saved",
    ),
    row(
        "orders:saved_remove",
        _OWNER,
        post=_TO_CART,
        others=_TO_CART,
        missing=_TO_CART,
        strangers=404,
        saved_id="saved",
    ),
    row("orders:cart_restore", _ALL, post="303 /cart/", variant_id="variant", quantity="=1"),
    row(
        "orders:saved_restore",
        _MEMBER,
        post="303 /cart/",
        strangers=404,
        variant_id="variant",
        quantity="=1",
    ),
    row("orders:offer", _LINK, get=200, post="303 /cart/", token="subscription"),
    row("orders:coupon_add", _OWNER, post=422, others=_TO_CART),
    row("orders:coupon_remove", _ALL, post="303 /cart/"),
    row("orders:cart_delivery", _ALL, post="303 /cart/"),
    row("orders:cart_additions", _ALL, get=200),
    row("orders:cart_shared", _LINK, get=200, post="303 /cart/", token="shared_cart"),
    row("orders:cart_checkout", _OWNER, post="303 /checkout/", others="303 /cart/"),
    row("orders:express", _OWNER, post="303 /checkout/express/", others="303 /cart/"),
    row("orders:cart_reopen", _ALL, post="303 /cart/"),
]
CHECKOUT = [
    row("orders:checkout", _OWNER, get=200, post=422, others=CART),
    row("orders:delivery", _OWNER, get=200, post=422, others=CART),
    row("payments:express", _OWNER, get=200, post=422, others=CART),
    row("payments:payment", _OWNER, get=200, post=422, others=CART),
    row("payments:review", _OWNER, get=_TO_PAYMENT, post=_TO_PAYMENT, others=CART),
    row("payments:credit_add", _OWNER, post=422, others=CART),
    row("payments:credit_remove", _OWNER, post="303 /checkout/payment/", others=CART),
    row("payments:credit_account", _OWNER, post="303 /checkout/payment/", others=CART),
    row("payments:challenge", _OWNER, get=200, post="303 /checkout/", payment_id="payment"),
    row("payments:challenge_return", _OWNER, get=404, post=404, payment_id="payment"),
    row("payments:webhook", _ALL, post=400, name="=sandbox"),
]
ORDERS = [
    row("orders:track", _ALL, get=200, post=422),
    row("orders:track_sent", _ALL, get=200),
    row("orders:tracked", _LINK, get="302 /order/", post="302 /order/", token="track"),
    row("orders:account_orders", _MEMBER, get=200),
    row("orders:account_returns", _MEMBER, get=200),
    row("orders:account_order", _OWNER, get=200, strangers=LOGIN, number="number"),
    row("orders:order", _LINK, get=200, token="order"),
    row("orders:order_cancel", _LINK, get=200, post="303 /order/", token="open_order"),
    row("orders:order_address", _LINK, get=200, post=422, token="open_order"),
    row("orders:order_again", _LINK, post="303 /cart/", token="order"),
    row("orders:order_invoice", _LINK, get=200, token="order", number="invoice"),
    row("orders:order_message", _LINK, post=422, token="order"),
    row("orders:correct_email", _OWNER, post=422, token="open_order"),
    row("orders:confirmation", _LINK, get=200, token="order"),
    row("orders:return_items", _LINK, get=200, post=422, token="order"),
    row("orders:return_step", _LINK, get=404, post=404, token="order", name="=reasons"),
    row("orders:return", _LINK, get=200, token="order", number="return"),
    row("orders:return_cancel", _LINK, post="303 /order/", token="order", number="return"),
    row("orders:return_sent", _LINK, post="303 /order/", token="order", number="return"),
    row("orders:return_label", _LINK, get=200, token="order", number="return"),
    row("orders:withdraw", _ALL, get=200, post=422),
    row("orders:withdrawn", _LINK, get=200, token="withdrawn"),
    row("payments:order", _LINK, get=200, post=422, token="open_order"),
    row("payments:transfer_code", _LINK, get=404, token="open_order"),
]
MONEY = [
    row("payments:gift_cards", _ALL, get=404, post=404),
    row("payments:gift_card_balance", _ALL, get=200, post=422),
    row("payments:account_credit", _MEMBER, get=200),
    row("payments:account_cards", _MEMBER, get=200),
    row("payments:card_add", _MEMBER, get=200, post=422),
    row("payments:card_add_account", _MEMBER, post=404, name="=sandbox"),
    row(
        "payments:card_added",
        _OWNER,
        get="303 /account/payment-methods/",
        post="303 /account/payment-methods/",
        strangers=LOGIN,
        card_id="card",
    ),
    row(
        "payments:card_default",
        _OWNER,
        post="303 /account/payment-methods/",
        strangers=LOGIN,
        card_id="card",
    ),
    row(
        "payments:card_remove", _MEMBER, get=STEP_UP, post=STEP_UP, missing=STEP_UP, card_id="card"
    ),
]

ROWS: list[Row] = [
    *KERNEL,
    *ACCOUNT,
    *CATALOG,
    *REVIEWS,
    *WISHES,
    *CARTS,
    *CHECKOUT,
    *ORDERS,
    *MONEY,
]
