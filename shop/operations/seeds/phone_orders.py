"""Orders of the demo shop that staff took down, and one whose lines they changed."""

from uuid import NAMESPACE_URL, uuid5

from catalog.models import ProductVariant
from orders.drafts import drafts
from orders.edits import edits
from orders.edits.reckoning import Wanted
from orders.models import Draft, Order, OrderEdit, ShippingMethod
from shop.accounts.models import User
from shop.accounts.roles import Role
from shop.actor import Actor, ActorType, acting_as
from shop.operations.demo import DEMO_ACCOUNTS

#: What is known of the drafts that are there already.
NOTE = "Called on Monday; wants to think about the color."
_REASON = "Asked on the phone for a second one."
_EDITED = "07"


def plant_phone_orders() -> int:
    """A draft with an agreed price, and a paid order with one piece more; how many were added."""
    employee = _person(Role.EMPLOYEE)
    manager = _person(Role.MANAGER)
    with acting_as(Actor(ActorType.STAFF, employee.pk)):
        added = _plant_draft(employee)
    with acting_as(Actor(ActorType.STAFF, manager.pk)):
        return added + _plant_edit(manager)


def _person(role: Role) -> User:
    email = next(account.email for account in DEMO_ACCOUNTS if account.role == role)
    return User.objects.get_by_natural_key(email)


def _variant(slug: str) -> ProductVariant:
    rows = ProductVariant.objects.select_related("product").filter(is_primary=True)
    return rows.get(product__slug=slug)


def _plant_draft(employee: User) -> int:
    if Draft.objects.filter(note=NOTE).exists():
        return 0
    draft = drafts.begin(created_by=employee)
    shirt = _variant("oxford-shirt")
    drafts.add(draft_id=draft.pk, variant=shirt, quantity=1)
    drafts.add(draft_id=draft.pk, variant=_variant("merino-beanie"), quantity=1)
    nora = User.objects.get_by_natural_key("nora.feldmann@mail.example")
    drafts.take_address_of(draft_id=draft.pk, user=nora)
    method = ShippingMethod.objects.get_by_natural_key("standard")
    drafts.choose_delivery(draft_id=draft.pk, method=method, point=None, note="")
    drafts.agree_price(
        draft_id=draft.pk,
        variant_id=shirt.pk,
        price=shirt.price * 9 // 10,
        reason="A loose thread at the cuff",
    )
    drafts.write_down(draft_id=draft.pk, note=NOTE)
    return 1


def _plant_edit(manager: User) -> int:
    key = uuid5(NAMESPACE_URL, f"demo:edit:{_EDITED}")
    order = Order.objects.filter(metadata__demo=_EDITED).prefetch_related("items").first()
    if order is None or OrderEdit.objects.filter(key=key).exists() or edits.refusal_of(order):
        return 0
    wanted = Wanted(added={_variant("merino-beanie").pk: 1})
    edits.apply(
        order_id=order.pk,
        wanted=wanted,
        agreed_total=edits.preview(order, wanted).total,
        reason=_REASON,
        key=key,
        actor_id=manager.pk,
    )
    return 1
