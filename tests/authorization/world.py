"""One small shop for every cell of the matrix: staff, and two members with all one can have."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group
from django.core import signing
from django.test import Client
from django.utils import timezone

from catalog.bulk_edits.plans import Plan
from catalog.models import (
    Collection,
    ContentPage,
    ExportSchedule,
    Menu,
    PriceSchedule,
    ProductExport,
    ProductVariant,
    Redirect,
    Review,
    SearchRedirect,
    SearchTerm,
    SizeChart,
    Synonym,
)
from catalog.reviewing import purchases
from catalog.tests.factories import CategoryFactory, ProductFactory
from catalog.tests.imported import checked
from catalog.tests.test_reviews import bought
from catalog.tests.test_subscriptions import subscribe
from catalog.wishes import wishlist
from catalog.wishes.wishlist import Holder
from inventory.models import Stock, StockCategory, StockSnapshot, Stocktake, Transfer
from inventory.tests import builders, buying
from orders.carts import sharing
from orders.documents import invoices
from orders.drafts import drafts
from orders.models import CouponUsage, PickUpPoint, SavedItem
from orders.placed import tracking
from orders.returns import withdrawing
from orders.tests import offers
from orders.tests.factories import filled_cart, placed_order, ready_checkout, standard_delivery
from orders.tests.returning import arrived_order, ask
from payments import processing
from payments.bank import statements
from payments.models import ReconciliationFinding
from payments.tests import disputing
from payments.tests.cards import ASKS, method
from payments.tests.credits import gift_card, store_credit
from payments.tests.test_saved_cards import kept
from payments.tests.transfers import row, statement
from shop.accounts.models import (
    Address,
    DeviceSession,
    NewsletterSubscription,
    NotificationPreference,
    User,
)
from shop.accounts.newsletter import links
from shop.accounts.preferences.links import stop_path
from shop.accounts.roles import Role, sync_roles

#: Who asks, from the one who may least.
ROLES = ("anonymous", "suspended", "customer", "employee", "manager", "admin")
STAFF = ROLES[3:]
PASSWORD = "seam-and-hem-19"


@dataclass
class World:
    """People by role, and by name what URLs are made of: of Ada, of Ben, and of the shop."""

    people: dict[str, User]
    own: dict[str, Any]
    foreign: dict[str, Any]
    common: dict[str, Any]
    #: A bulk edit of the admin, which lives in the cache alone.
    plan: Plan

    def client(self, role: str) -> Client:
        """A browser of somebody in ``role``; the customer is Ada."""
        client = Client()
        if role != "anonymous":
            client.force_login(self.people[role])
        return client


def build() -> World:
    """Everything at once; who calls it takes it back."""
    sync_roles()
    standard_delivery()
    category = CategoryFactory(slug="tops", name="Tops")
    garments = [
        ProductFactory(slug=slug, title=slug, category=category, stock=100)
        for slug in ("plain-tee", "work-tee", "rare-tee")
    ]
    people = {role: _staff(role) for role in ("employee", "manager", "admin")}
    people["customer"] = User.objects.create_user(
        "quillfeather@example.com", PASSWORD, first_name="Quillfeather", last_name="Marrowby"
    )
    people["suspended"] = User.objects.create_user("sue@example.com", PASSWORD, status="SUSPENDED")
    people["other"] = User.objects.create_user("ben@example.com", PASSWORD, first_name="Ben")
    common = _common(people, garments)
    own = _belongings(people["customer"], garments)
    common |= {
        "person": people["other"].pk,
        "sent": own.pop("order_pk"),
        "parcel": own.pop("parcel"),
        "document": own["invoice"],
        "return_id": own.pop("return_pk"),
    }
    plan = Plan(user_id=str(people["admin"].pk), product_ids=(str(garments[0].pk),))
    common["plan"] = UUID(plan.id)
    foreign = _belongings(people["other"], garments)
    return World(people=people, own=own, foreign=foreign, common=common, plan=plan)


def _staff(role: str) -> User:
    person = User.objects.create_user(
        f"{role}@example.com", PASSWORD, is_staff=True, first_name=role
    )
    person.groups.add(Group.objects.get(name=Role(role)))
    return person


def _belongings(user: User, garments: list[Any]) -> dict[str, Any]:
    """What a member has, by the names that rows use."""
    tee, work, rare = (garment.variants.first() for garment in garments)
    open_order = placed_order((tee, 1), user=user)
    order = arrived_order((tee, 2), user=user)
    asked = ask(order)
    invoice = invoices.issue_invoice(order.pk)
    challenged = placed_order((tee, 1), user=user)
    payment = processing.pay(order_id=challenged.pk, provider_name="SANDBOX", method=method(ASKS))
    cart = filled_cart((tee, 1), (work, 2), user=user)
    ready_checkout(cart)
    holder = Holder(user.pk, "")
    wish, _is_new = wishlist.add(holder=holder, product=garments[0], option_values={})
    review = Review.objects.create(
        product=garments[1],
        user=user,
        rating=4,
        content=f"The seams still hold, says {user.first_name}.",
        display_name=user.first_name,
        status=Review.Status.PENDING,
    )
    Address.objects.create(
        user=user,
        full_name=user.first_name,
        line1="Lane 1",
        city="Berlin",
        postal_code="10969",
        country="DE",
    )
    purchase = bought(user, garments[1])
    return {
        "open_order": open_order.token,
        "order": order.token,
        "number": order.number,
        "session": DeviceSession.objects.create(user=user, session_key=user.pk.hex).pk,
        "invoice": invoice.number,
        "return": asked.number,
        "payment": payment.pk,
        "item": cart.items.first().pk,
        "saved": SavedItem.objects.create(user=user, variant=rare).pk,
        "wish": wish.pk,
        "shared_list": wishlist.set_shared(holder=holder, is_shared=True),
        "card": kept(user).pk,
        "review": review.pk,
        "review_link": purchases.review_link(purchase).rstrip("/").rpartition("/")[2],
        "subscription": subscribe(rare, email=user.email, user=user).token,
        "address": user.addresses.first().pk,
        "stop": stop_path(user.pk, NotificationPreference.Kind.PRICE_DROP).split("/")[-2],
        "order_pk": order.pk,
        "parcel": order.shipments.first().pk,
        "return_pk": asked.pk,
        "track": tracking.path_to(order.pk).rstrip("/").rpartition("/")[2],
    }


def _common(people: dict[str, User], garments: list[Any]) -> dict[str, Any]:
    """What the shop has, with a row of nearly every table of the back office."""
    first = garments[0]
    variant: ProductVariant = first.variants.first()
    now, admin = timezone.now(), people["admin"]
    shelf = Stock.objects.filter(variant=variant).get()
    collection = Collection.objects.create(
        title="Sea", slug="sea", kind="RULE", rule={"price_to": 9000}, status="ACTIVE"
    )
    page = ContentPage.objects.create(
        title="Care", slug="care", body="<p>Wash cold.</p>", status="PUBLISHED", published_at=now
    )
    article = ContentPage.objects.create(
        title="Dye", slug="dye", kind="JOURNAL", status="PUBLISHED", published_at=now
    )
    published = Review.objects.create(
        product=first,
        rating=5,
        content="It keeps its shape.",
        display_name="Kim",
        status=Review.Status.APPROVED,
    )
    Menu.objects.get_or_create(slot=Menu.Slot.FOOTER_HELP)
    Redirect.objects.create(old_path="/old/", target="/c/tops/")
    Synonym.objects.create(words=["sweater", "jumper"])
    SearchRedirect.objects.create(term="gift", target="/gift-cards/")
    SearchTerm.objects.create(term="tee", day=date.today())
    chart = SizeChart.objects.create(title="Tops", slug="tops", sizes=["s", "m"])
    ExportSchedule.objects.create(title="Nightly", columns=["sku"], next_at=now + timedelta(days=1))
    export = ProductExport.objects.create(format="CSV", columns=["sku"], requested_by=admin)
    schedule = PriceSchedule.objects.create(
        product=first, percent_off=10, starts_at=now + timedelta(days=2)
    )
    batch = checked(("product", "sku", "price"), (first.slug, variant.sku, "51.00"), user=admin)
    news = NewsletterSubscription.objects.create(
        email="news@example.com", place="PAGE", consent="Yes.", asked_at=now
    )
    StockCategory.objects.create(code="attic", name="Attic")
    StockSnapshot.objects.create(day=date.today(), stock=shelf, on_hand=1, reserved=0)
    supplier = buying.supplier()
    buying.item(supplier, variant)
    bought_in = buying.sent((variant, 5, 1500), of=supplier)
    stocktake = Stocktake.objects.create(location=shelf.location)
    store = builders.location("store", priority=1)
    transfer = Transfer.objects.create(source=shelf.location, destination=store)
    PickUpPoint.objects.create(
        location=store,
        line1="Lane 2",
        postal_code="10969",
        city="Berlin",
        country="DE",
        opening_hours="Mon–Fri 10–18",
    )
    coupon, promotion = offers.coupon(), offers.promotion()
    draft = drafts.begin(created_by=admin)
    said = withdrawing.declare(name="Ada", number="ORD-1", email="ada@example.com")
    order, payment = disputing.paid((variant, 2))
    CouponUsage.objects.create(coupon=coupon, order=order, email="x@example.com", amount=1)
    dispute = disputing.tell(payment)
    finding = ReconciliationFinding.objects.create(
        payment=payment, kind="EXPIRING", ours="a", theirs="b", first_seen_at=now, last_seen_at=now
    )
    bank = statements.receive(data=statement(row()), file_name="march.csv", actor_id=None)
    card = gift_card()
    account = store_credit(people["customer"], 500)
    confirm, unsubscribe = (
        path(news.pk).rstrip("/").rpartition("/")[2]
        for path in (links.confirm_path, links.unsubscribe_path)
    )
    return {
        "category": "tops",
        "collection": collection.slug,
        "brand": "northmill",
        "product": first.slug,
        "product_id": first.pk,
        "variant": variant.pk,
        "chart": chart.slug,
        "page": page.slug,
        "page_id": page.pk,
        "article": article.slug,
        "shelf": shelf.pk,
        "export": export.pk,
        "schedule": schedule.pk,
        "batch": batch.pk,
        "order_pk": order.pk,
        "bought_in": bought_in.pk,
        "stocktake": stocktake.pk,
        "transfer": transfer.pk,
        "coupon": coupon.pk,
        "promotion": promotion.pk,
        "draft": draft.pk,
        "dispute": dispute.pk,
        "finding": finding.pk,
        "statement": bank.pk,
        "line": bank.lines.first().pk,
        "gift_card": card.pk,
        "account": account.pk,
        "confirm": confirm,
        "unsubscribe": unsubscribe,
        "category_id": first.categories.first().pk,
        "published": published.pk,
        "withdrawn": signing.dumps(said.pk.hex, salt="orders.withdrawals"),
        "media": first.media_links.first().media.file,
        "shared_cart": sharing.path_of(filled_cart((variant, 1)).items.all())
        .rstrip("/")
        .rpartition("/")[2],
    }
