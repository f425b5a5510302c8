"""Settings of the shop, read from the environment (``.env.example`` lists every variable).

They stand in one file, long as it is: who runs a shop looks in one place.

Nothing needs to be set to run the shop on one machine: without ``DATABASE_URL`` and
``REDIS_URL`` it uses the embedded servers. With DEBUG off a missing secret stops the start.
"""

import os
import sys
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from shop.logs import logging_settings

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
if (BASE_DIR / ".env").is_file():
    environ.Env.read_env(BASE_DIR / ".env")

# --- Mode and secrets ---------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=True)
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / ".data"))).resolve()

DEVELOPMENT_SECRET_KEY = "development-only-secret-key-not-for-production-use"  # noqa: S105
SECRET_KEY = env.str("SECRET_KEY", default=DEVELOPMENT_SECRET_KEY)
if not DEBUG and SECRET_KEY == DEVELOPMENT_SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. With DEBUG off the shop needs its own secret: "
        "set SECRET_KEY to at least 50 random characters."
    )
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PORT = env.int("PORT", default=8000)
TESTING = "pytest" in sys.modules

# --- Apps ---------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "shop",
    "shop.accounts",
    "shop.operations",
    "audit",
    "shop.events",
    "inventory",
    "catalog",
    "orders",
    "payments",
    "shop.operations.staff.StaffConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_countries",
    "django_htmx",
    "pgtrigger",
    "phonenumber_field",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "shop.middleware.RequestIdMiddleware",
    "shop.middleware.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "shop.compression.CompressionMiddleware",
    "shop.page_cache.middleware.PageCacheMiddleware",
    "shop.middleware.DatabaseAwayMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "shop.languages.LanguageAddressMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "shop.middleware.RefusalsMiddleware",
    "shop.middleware.ActorMiddleware",
    "shop.accounts.sign_in.middleware.SeenMiddleware",
    "catalog.content.redirections.RedirectMiddleware",
]

ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shop.operations.context.storefront",
                "shop.page_cache.middleware.csrf_mark",
            ],
        },
    },
]

# --- Database and cache -------------------------------------------------------------------------

QUERY_TIMEOUT_MS = env.int("QUERY_TIMEOUT_MS", default=15_000)
#: A statement that takes longer is logged with its caller, in milliseconds; 0 logs none.
SLOW_QUERY_MS = env.int("SLOW_QUERY_MS", default=200)
DATABASE_POOL_MIN = env.int("DATABASE_POOL_MIN", default=5)
DATABASE_POOL_MAX = env.int("DATABASE_POOL_MAX", default=20)

DATABASE_URL = env.str("DATABASE_URL", default="")
REDIS_URL = env.str("REDIS_URL", default="")
EMBEDDED_POSTGRES = not DATABASE_URL
EMBEDDED_REDIS = not REDIS_URL

if EMBEDDED_POSTGRES or EMBEDDED_REDIS:
    from shop import embedded

DATABASE: dict[str, Any] = {"ENGINE": "django.db.backends.postgresql", "ATOMIC_REQUESTS": False}
DATABASE |= (
    embedded.database_settings(DATA_DIR) if EMBEDDED_POSTGRES else env.db_url("DATABASE_URL")
)

if EMBEDDED_REDIS:
    REDIS_URL = embedded.redis_url(DATA_DIR)

DATABASE_OPTIONS: dict[str, Any] = DATABASE.setdefault("OPTIONS", {})
DATABASE_OPTIONS.setdefault(
    "options",
    f"-c statement_timeout={QUERY_TIMEOUT_MS} -c lock_timeout=5000"
    " -c idle_in_transaction_session_timeout=30000"
    # Disks are not tapes any more: reading by an index costs about what reading in a row costs.
    # And no page is worth a compiler.
    " -c random_page_cost=1.1 -c jit=off"
    # Triggers look here whether to rest; unset, each look would be an error caught in a
    # subtransaction, and thousands of these in one transaction are slow.
    " -c pgtrigger.ignore={}"
    # What is prepared (`shop.prepared`) looks up rows by their keys: one plan is right for all.
    " -c plan_cache_mode=force_generic_plan",
)
DATABASE_OPTIONS.setdefault("connect_timeout", 2)
#: A connection keeps the plans of the statements of `shop.prepared` that it has run so often; 0:
#: never, for a pooler in between that gives each transaction another connection.
DATABASE_PREPARE_AFTER = env.int("DATABASE_PREPARE_AFTER", default=2)
# Long-lived web and worker processes hold a pool; one-shot commands and tests a connection each.
if env.bool("DATABASE_POOL", default=False):
    DATABASE_OPTIONS["pool"] = {
        "min_size": DATABASE_POOL_MIN,
        "max_size": DATABASE_POOL_MAX,
        # Below the three seconds in which a shopper is owed an answer when PostgreSQL is away.
        "timeout": 2.5,
    }
DATABASES = {"default": DATABASE}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# pytest-xdist workers each use their own Redis database, never the one the running shop uses.
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
REDIS_DATABASE = _worker + 1 if TESTING else env.int("REDIS_DATABASE", default=0)

CACHES = {
    "default": {
        "BACKEND": "shop.guarded_cache.GuardedCache",
        "LOCATION": f"{REDIS_URL.partition('?')[0]}?db={REDIS_DATABASE}",
        "KEY_PREFIX": "selvedge",
        "OPTIONS": {
            "IGNORE_EXCEPTIONS": True,
            "REDIS_CLIENT_CLASS": "shop.circuit.GuardedRedis",
            "CONNECTION_POOL_CLASS": "shop.circuit.QuietPool",
            "SOCKET_CONNECT_TIMEOUT": 0.3,
            "SOCKET_TIMEOUT": 0.3,
            "SERIALIZER": "django_redis.serializers.json.JSONSerializer",
        },
    }
}

#: Life of a page that all visitors share, in seconds. What is written ends it at once; this
#: bounds what time alone changes, such as the hours left to order for today.
PAGE_CACHE_SECONDS = env.int("PAGE_CACHE_SECONDS", default=60)
#: Text of such pages that each process holds, so that Redis need not send it again, in bytes.
PAGE_CACHE_LOCAL_BYTES = env.int("PAGE_CACHE_LOCAL_BYTES", default=16 * 1024 * 1024)
#: Paths below which no page is shared.
PAGE_CACHE_SKIPS = (
    "/account/",
    "/admin/",
    "/cart/",
    "/checkout/",
    "/health/",
    "/media/",
    "/order/",
)
#: Cookies by which shared pages differ, with the functions that reduce each to few values.
PAGE_CACHE_CHOICES = {
    "theme": "shop.operations.preferences.theme_of",
    "unit": "catalog.products.sizing.chosen_unit",
}
#: What belongs to each visitor in a shared page, with the functions that render it.
PAGE_CACHE_PARTS = {
    "account_row": "shop.operations.visitor_parts.account_row",
    "messages": "shop.operations.visitor_parts.messages",
    "search_count": "catalog.searching.terms.counted",
    "tools": "shop.operations.visitor_parts.tools",
    "your_size": "catalog.products.size_views.your_size_part",
}
#: Functions that name the cached values these parts read, to be fetched along with the page.
PAGE_CACHE_VERSIONS = ["orders.carts.cart.count_version", "catalog.wishes.wishlist.marks_version"]

#: Proxies between the visitor and the shop, each of which appends to X-Forwarded-For.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

# --- People -------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
# E-mail is unique among live accounts, ignoring case, by a constraint Django cannot see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
AUTHENTICATION_BACKENDS = ["shop.accounts.sign_in.backend.AddressBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.BCryptSHA256PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "shop.accounts.passwords.MaximumLengthValidator"},
    {"NAME": "shop.accounts.passwords.GuessablePasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "catalog:home"
LOGOUT_REDIRECT_URL = "catalog:home"

ACCOUNT_ADAPTER = "shop.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_UNIQUE_EMAIL = True
# Only so does sign-up tell nobody which addresses have accounts.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"length": 8, "dashed": True}
#: A link for a new password, in seconds.
PASSWORD_RESET_TIMEOUT = 2 * 60 * 60
# Counted in PostgreSQL instead, by `shop.accounts.sign_in.throttle`: these would need Redis.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "signup": None,
    "reset_password": None,
    "reset_password_from_key": None,
    "request_login_code": None,
    "confirm_email": None,
}

#: Who changes what protects an account, or takes data out of it, proved themselves within so many
#: seconds.
STEP_UP_SECONDS = env.int("STEP_UP_SECONDS", default=600)
#: Whether the back office opens only to a second factor: authenticator app or passkey.
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=not DEBUG)
#: The first key encrypts the secrets of second factors, all of them read; none stands for
#: SECRET_KEY, which then cannot be changed without losing them.
FACTOR_KEYS = env.list("FACTOR_KEYS", default=[]) or [SECRET_KEY]
MFA_ADAPTER = "shop.accounts.factors.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True

SESSION_ENGINE = "shop.page_cache.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "shop.errors.csrf_failure"

EMAIL_BACKEND = env.str("EMAIL_BACKEND", default="django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Selvedge <hello@selvedge.example>")
#: Whether the shop sends SMS: members choose them beside mail.
SMS_ENABLED = env.bool("SMS_ENABLED", default=False)

# --- Privacy ------------------------------------------------------------------------------------

#: Copies of personal data; served to nobody but the person, who proves to be it.
PRIVACY_ROOT = DATA_DIR / "privacy"
#: Who was erased, by hashes, outside the database: what a restored backup is to forget again.
ERASURES_FILE = DATA_DIR / "erasures" / "erasures.jsonl"
#: Key of these hashes: after a change nobody is found again.
ERASURE_KEY = env.str("ERASURE_KEY", default="") or SECRET_KEY
#: Whoever asked to be erased may think better of it for so many days.
ERASURE_GRACE_DAYS = env.int("ERASURE_GRACE_DAYS", default=14)
#: Invoices are kept so many years from the end of the year in which they were issued.
LEGAL_RETENTION_YEARS = env.int("LEGAL_RETENTION_YEARS", default=10)
#: How long each kind of personal data is kept, in days; `docs/privacy.md` says from when.
RETENTION: dict[str, int] = {
    "unconfirmed_accounts": 30,
    "carts": 90,
    "checkouts": 60,
    "payment_traces": 180,
    "notices": 180,
    "bank_files": 90,
    "data_exports": 7,
    "consents": 3 * 365,
    "security_events": 365,
    "audit_of_customers": 600,
    "mail_files": 30,
    **{name: int(days) for name, days in env.dict("RETENTION", default={}).items()},
}

# --- Language, money and the shop's own rules ---------------------------------------------------

LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en")
LANGUAGES = [("en", _("English"))]

TIME_ZONE = env.str("TIME_ZONE", default="Europe/Berlin")
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = "shop.formats"

SHOP_NAME = env.str("SHOP_NAME", default="Selvedge")
SHOP_CURRENCY = env.str("SHOP_CURRENCY", default="EUR")
SHOP_COUNTRY = env.str("SHOP_COUNTRY", default="DE")
SHOP_EMAIL = env.str("SHOP_EMAIL", default="hello@selvedge.example")
#: For /.well-known/security.txt: an address as "mailto:…" or "https://…" that takes reports of
#: holes (without one, SHOP_EMAIL), and the page that says how they are dealt with.
SECURITY_CONTACT = env.str("SECURITY_CONTACT", default="") or f"mailto:{SHOP_EMAIL}"
SECURITY_POLICY_URL = env.str("SECURITY_POLICY_URL", default="")
#: Who sells, as invoices name them.
SHOP_LEGAL_NAME = env.str("SHOP_LEGAL_NAME", default=SHOP_NAME)
SHOP_ADDRESS = env.str("SHOP_ADDRESS", default="Spindelgasse 12, 10999 Berlin, Germany")
SHOP_VAT_NUMBER = env.str("SHOP_VAT_NUMBER", default="")
#: Where the shop is reached, for links in letters.
SHOP_URL = env.str(
    "SHOP_URL", default=f"http://127.0.0.1:{PORT}" if DEBUG else f"https://{ALLOWED_HOSTS[0]}"
)
SHOP_ANNOUNCEMENT = env.str("SHOP_ANNOUNCEMENT", default="") or _(
    "Free delivery from €80. Repairs for as long as you wear it."
)
PHONENUMBER_DEFAULT_REGION = SHOP_COUNTRY

SHOP_PRICES_INCLUDE_TAX = env.bool("SHOP_PRICES_INCLUDE_TAX", default=True)
#: A function that asks a register about VAT numbers, such as
#: `orders.prices.vat_register.vies`, which asks the European Commission's; empty: format and check
#: digits alone decide.
VAT_REGISTER = env.str("VAT_REGISTER", default="")
#: Orders placed before this hour of a working day leave the same day, in the shop's time zone.
SHOP_CUT_OFF_HOUR = env.int("SHOP_CUT_OFF_HOUR", default=14)
#: What does not fit may be sent back for so many days after it arrived.
SHOP_RETURN_DAYS = env.int("SHOP_RETURN_DAYS", default=30)
if not 14 <= SHOP_RETURN_DAYS <= 365:
    raise ImproperlyConfigured(
        "SHOP_RETURN_DAYS is a number of days from 14 to 365; in the European Union nobody may "
        "be given less than 14."
    )
#: Within so many days after the last piece arrived anybody may withdraw from the contract.
SHOP_WITHDRAWAL_DAYS = env.int("SHOP_WITHDRAWAL_DAYS", default=14)
if not 14 <= SHOP_WITHDRAWAL_DAYS <= SHOP_RETURN_DAYS:
    raise ImproperlyConfigured(
        "SHOP_WITHDRAWAL_DAYS is a number of days from 14, as the law of the European Union gives, "
        "to SHOP_RETURN_DAYS."
    )
#: What is asked for in time needs no second word: the label comes at once. Else staff approve it.
RETURNS_APPROVED_AT_ONCE = env.bool("RETURNS_APPROVED_AT_ONCE", default=True)
#: Ways for pieces to come back, in this order: LABEL, DROP_OFF, PICK_UP, STORE.
RETURN_METHODS = env.list("RETURN_METHODS", default=["LABEL", "DROP_OFF", "STORE"])
#: A return whose pieces did not arrive within so many days is closed, and reminded of before.
RETURN_OPEN_DAYS = env.int("RETURN_OPEN_DAYS", default=21)
RETURN_REMINDER_DAYS = env.int("RETURN_REMINDER_DAYS", default=5)
#: What is chosen in exchange is kept for so many days.
EXCHANGE_HOLD_DAYS = env.int("EXCHANGE_HOLD_DAYS", default=21)
#: Photos of a return are deleted so many days after it ended.
RETURN_PHOTO_DAYS = env.int("RETURN_PHOTO_DAYS", default=180)
#: Withdrawals that named no order of ours are deleted after so many days.
WITHDRAWAL_DAYS_KEPT = env.int("WITHDRAWAL_DAYS_KEPT", default=3 * 365)
#: Products with this tag are made or altered for one person and do not come back.
FINAL_SALE_TAG = env.str("FINAL_SALE_TAG", default="made-to-measure")

#: Life of a checkout's hold on stock, in seconds.
CHECKOUT_HOLD_SECONDS = env.int("CHECKOUT_HOLD_SECONDS", default=5 * 60)
#: Time a placed order waits for its payment before it is canceled, in seconds.
PAYMENT_DEADLINE_SECONDS = env.int("PAYMENT_DEADLINE_SECONDS", default=30 * 60)
#: Staff who take or give back more than this confirm it by typing the amount, in minor units.
PAYMENT_CONFIRM_ABOVE = env.int("PAYMENT_CONFIRM_ABOVE", default=200_00)
#: A draft that staff take down holds its units for so many hours after each change.
DRAFT_HOLD_HOURS = env.int("DRAFT_HOLD_HOURS", default=24)
#: Time a customer has to pay an order that staff took down, in hours.
DRAFT_PAYMENT_HOURS = env.int("DRAFT_PAYMENT_HOURS", default=72)
#: What staff may take off a draft by themselves, in hundredths of a percent of its goods.
DRAFT_DISCOUNT_LIMIT = env.int("DRAFT_DISCOUNT_LIMIT", default=20_00)
#: The same request sent again within this time gets the same answer, in hours.
IDEMPOTENCY_HOURS = env.int("IDEMPOTENCY_HOURS", default=24)
#: Live reservations one person may have on one variant.
RESERVATIONS_PER_PERSON = env.int("RESERVATIONS_PER_PERSON", default=5)
#: What is sold before it is there leaves after so many days, unless a delivery is expected.
BACKORDER_DAYS = env.int("BACKORDER_DAYS", default=21)
#: A unit that is back is kept for so many hours for who has waited longest.
OFFER_HOURS = env.int("OFFER_HOURS", default=24)
#: The stock of each day is kept for so many days.
STOCK_SNAPSHOT_DAYS = env.int("STOCK_SNAPSHOT_DAYS", default=3 * 365)
#: Order subtotal, in minor units of the shop's currency.
ORDER_SUBTOTAL_MIN = env.int("ORDER_SUBTOTAL_MIN", default=10_00)
ORDER_SUBTOTAL_MAX = env.int("ORDER_SUBTOTAL_MAX", default=10_000_00)
#: Units in one order, over all its lines.
ORDER_QUANTITY_MAX = env.int("ORDER_QUANTITY_MAX", default=50)
PENDING_ORDERS_PER_PERSON = env.int("PENDING_ORDERS_PER_PERSON", default=5)
#: A cart without a change for this long is abandoned, in days.
CART_LIFE_DAYS = env.int("CART_LIFE_DAYS", default=30)
#: Figures of carts are kept for so many days.
CART_METRIC_DAYS = env.int("CART_METRIC_DAYS", default=90)
#: Units of one variant in one cart line.
CART_LINE_QUANTITY_MAX = 10
LISTING_PAGE_SIZE = 24
#: Languages whose word forms search knows; `manage.py set_search_languages` after a change.
SHOP_SEARCH_LANGUAGES = env.list(
    "SHOP_SEARCH_LANGUAGES", default=[code for code, _name in LANGUAGES]
)
#: A reduction is announced for this long at most; then the price is simply the price. In days.
REDUCTION_DAYS = env.int("REDUCTION_DAYS", default=60)
#: Whether guests may review what they have not bought here; such reviews are marked unverified.
REVIEWS_OPEN_TO_ALL = env.bool("REVIEWS_OPEN_TO_ALL", default=False)

PAYMENT_PROVIDERS = env.list("PAYMENT_PROVIDERS", default=["SANDBOX"])
#: When money is taken: "at_once", or "at_shipment" of each parcel; until then it is authorized.
PAYMENT_CAPTURE = env.str("PAYMENT_CAPTURE", default="at_once")
#: How long a provider is waited for: until it is connected, and for its answer. In seconds.
PROVIDER_CONNECT_SECONDS = env.float("PROVIDER_CONNECT_SECONDS", default=5.0)
PROVIDER_ANSWER_SECONDS = env.float("PROVIDER_ANSWER_SECONDS", default=20.0)
#: Stripe: its keys, and the secret of the webhook endpoint that leads to /webhooks/stripe/.
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", default="")
STRIPE_PUBLISHABLE_KEY = env.str("STRIPE_PUBLISHABLE_KEY", default="")
STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET", default="")
STRIPE_API_URL = env.str("STRIPE_API_URL", default="https://api.stripe.com")
#: Stripe wants its script from its own address; pages that take money load it, and no others.
STRIPE_SCRIPT_URL = env.str("STRIPE_SCRIPT_URL", default="https://js.stripe.com/endive/stripe.js")
#: PayPal, of its developer pages: the app's keys, and the id of the webhook that leads to
#: /webhooks/paypal/. Its interface for tests has another address, see `.env.example`.
PAYPAL_CLIENT_ID = env.str("PAYPAL_CLIENT_ID", default="")
PAYPAL_SECRET = env.str("PAYPAL_SECRET", default="")
PAYPAL_WEBHOOK_ID = env.str("PAYPAL_WEBHOOK_ID", default="")
PAYPAL_API_URL = env.str("PAYPAL_API_URL", default="https://api-m.paypal.com")
#: iyzico, of the settings of its merchant panel. In how many parts cards of Turkish banks may pay;
#: iyzico adds to the price what that costs.
IYZICO_API_KEY = env.str("IYZICO_API_KEY", default="")
IYZICO_SECRET_KEY = env.str("IYZICO_SECRET_KEY", default="")
IYZICO_API_URL = env.str("IYZICO_API_URL", default="https://api.iyzipay.com")
IYZICO_INSTALLMENTS = env.list("IYZICO_INSTALLMENTS", cast=int, default=[1])
#: Signs what the sandbox tells by itself.
SANDBOX_WEBHOOK_SECRET = env.str("SANDBOX_WEBHOOK_SECRET", default="") or f"sandbox-{SECRET_KEY}"

#: The account that transfers go to, as "iban=…,holder=…,bic=…,bank=…"; empty: nobody pays by
#: transfer. The shop of a developer has one to look at.
BANK_TRANSFER = env.dict(
    "BANK_TRANSFER",
    default={"iban": "DE02120300000000202051", "holder": "Selvedge Demo", "bank": "Demo Bank"}
    if DEBUG
    else {},
)
#: Orders of at most so much may be paid by transfer, in minor units; their units wait for so many
#: days, and so many days before the end customers are reminded.
BANK_TRANSFER_MAX = env.int("BANK_TRANSFER_MAX", default=500_00)
BANK_TRANSFER_DAYS = env.int("BANK_TRANSFER_DAYS", default=7)
BANK_TRANSFER_REMINDER_DAYS = env.int("BANK_TRANSFER_REMINDER_DAYS", default=2)
#: Whether who collects an order may pay it there, and for how many days it waits.
PAY_AT_PICK_UP = env.bool("PAY_AT_PICK_UP", default=DEBUG)
PICK_UP_DAYS = env.int("PICK_UP_DAYS", default=5)

#: Codes of gift cards are found by a hash with this key: after a change nobody can spend them.
GIFT_CARD_KEY = env.str("GIFT_CARD_KEY", default="") or SECRET_KEY
#: Gift cards end so many days after they were issued; 0: never.
GIFT_CARD_DAYS = env.int("GIFT_CARD_DAYS", default=3 * 365)
#: What a gift card may be worth, and what is offered at once; minor units of the shop's currency.
GIFT_CARD_MIN = env.int("GIFT_CARD_MIN", default=10_00)
GIFT_CARD_MAX = env.int("GIFT_CARD_MAX", default=500_00)
GIFT_CARD_AMOUNTS = env.list("GIFT_CARD_AMOUNTS", cast=int, default=[25_00, 50_00, 75_00, 100_00])

# --- Files --------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
FIXTURE_DIRS = [BASE_DIR / "fixtures"]
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
#: Files of products that came in or go out; served to nobody but staff who ask for them.
EXCHANGE_ROOT = DATA_DIR / "exchange"
#: What comparison sites read of the products, written anew when it is old.
FEEDS_ROOT = DATA_DIR / "feeds"
#: Imports can be reverted, and are kept, for so many days.
IMPORT_KEEP_DAYS = env.int("IMPORT_KEEP_DAYS", default=90)
#: The ends of the audit log's chains; best on another disk than the database's.
AUDIT_ANCHOR = Path(env.str("AUDIT_ANCHOR", default=str(DATA_DIR / "audit" / "anchor.json")))
#: Months of the audit log that stay in the database; older ones become files in AUDIT_ARCHIVE.
AUDIT_KEEP_MONTHS = env.int("AUDIT_KEEP_MONTHS", default=24)
AUDIT_ARCHIVE = Path(env.str("AUDIT_ARCHIVE", default=str(DATA_DIR / "audit" / "archive")))
#: Hosts from which imports may fetch pictures by https, as "pictures.example.com".
IMPORT_MEDIA_HOSTS = env.list("IMPORT_MEDIA_HOSTS", default=[])
#: For tests alone, and so not read from the environment: such pictures come by plain http from
#: this port of 127.0.0.1, whatever their host.
IMPORT_MEDIA_LOOPBACK_PORT = 0
#: Hosts besides this one whose pictures pages may show, as "pictures.example.com".
MEDIA_REMOTE_HOSTS = env.list("MEDIA_REMOTE_HOSTS", default=[])
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if TESTING
            else "shop.static_files.StaticFiles"
        )
    },
}
WHITENOISE_USE_FINDERS = TESTING
# Otherwise each client of a test would read the whole folder anew.
WHITENOISE_AUTOREFRESH = DEBUG or TESTING
WHITENOISE_MAX_AGE = 60 * 60
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FORM_RENDERER = "shop.inputs.Renderer"

# --- Security -----------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, *(f"https://{host}" for host in MEDIA_REMOTE_HOSTS)],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "usb",
    )
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# The shop speaks plain HTTP on a developer's loopback only; everywhere else a proxy ends TLS.
HTTPS = env.bool("HTTPS", default=not DEBUG)
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^health/"]
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_SECURE = True
    CSRF_COOKIE_NAME = "__Host-csrf"

# --- Logs ---------------------------------------------------------------------------------------

LOG_JSON = env.bool("LOG_JSON", default=not DEBUG)
LOGGING = logging_settings(json=LOG_JSON)
