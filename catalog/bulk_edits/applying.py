"""Reckoning what an edit would do, and doing it: all of it in one transaction, or nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db import connection
from procrastinate.contrib.django import app

from audit import recording
from audit.models import AuditLog
from catalog.bulk_edits import APPLY, AT_ONCE, CHUNK, LOCK, plans
from catalog.bulk_edits.edits import (
    CATEGORIES,
    COLLECTIONS,
    PRICES,
    Edit,
    Held,
    Kind,
    Outcome,
    outcome,
    read,
)
from catalog.bulk_edits.plans import Plan
from catalog.errors import CatalogError
from catalog.freshness import catalog_changed, places_changed
from catalog.imports import progress, writing
from catalog.models import (
    Category,
    Collection,
    CollectionProduct,
    Product,
    ProductCategory,
    ProductVariant,
)
from shop.accounts.models import User
from shop.actor import Actor, ActorType, acting_as, current_actor
from shop.conflicts import retried


class Expired(CatalogError):
    """The plan has been forgotten, or was never reckoned."""


class Moved(CatalogError):
    """Products changed since the preview; ``titles`` by id."""

    def __init__(self, titles: dict[str, str]) -> None:
        super().__init__(f"{len(titles)} products changed")
        self.titles = titles


def outcomes(plan: Plan, edit: Edit) -> Iterator[list[tuple[Held, Outcome]]]:
    """What ``edit`` would do to the products of ``plan`` as they are now, by chunks.

    A fixed number of queries for each chunk. Products that are gone are left out.
    """
    target = target_of(edit)
    for keys in _chunks(plan.product_ids):
        products = Product.objects.filter(pk__in=keys).order_by("pk")
        variants = ProductVariant.objects.none()
        if needs_variants(edit):
            variants = ProductVariant.objects.filter(product__in=keys).select_related("product")
        held = read(edit, products, variants)
        yield [(row, outcome(edit, row, target)) for row in held]


def needs_variants(edit: Edit) -> bool:
    """Whether the edit looks at variants."""
    return edit.kind in PRICES or edit.kind is Kind.STATUS


def target_of(edit: Edit) -> Category | Collection | None:
    """The category or collection the edit is about. Raises DoesNotExist when it is gone."""
    model: Any = None
    if edit.kind in CATEGORIES:
        model = Category
    elif edit.kind in COLLECTIONS:
        model = Collection
    return model.objects.get(pk=edit.target) if model else None


def confirm(plan: Plan, *, user: User, leave_out: bool = False) -> Plan:
    """Do what the preview of ``plan`` showed: at once, or as a job when it is much.

    With ``leave_out`` products that changed since the preview are left as they are; without, one
    such product refuses everything. Raises :class:`Expired`.
    """
    if plan.edit is None or not plan.stamps:
        raise Expired
    plan = plan.keep(state="RUNNING", moved={})
    progress.forget(UUID(plan.id))
    if len(plan.stamps) > AT_ONCE:
        app.configure_task(APPLY).defer(plan_id=plan.id, user_id=str(user.pk), leave_out=leave_out)
        return plan
    return apply(UUID(plan.id), user=user, leave_out=leave_out)


def apply(plan_id: UUID, *, user: User, leave_out: bool = False) -> Plan:
    """Write a confirmed plan; safe to run again. Raises :class:`Expired`.

    The outcome stands in the audit log (:func:`catalog.bulk_edits.reports.report_of`), or in the
    state of the plan when nothing was written.
    """
    plan = plans.find(plan_id)
    if plan is None or plan.edit is None:
        raise Expired
    actor = current_actor()
    named = Actor(ActorType.STAFF, user.pk, actor.ip, actor.user_agent, plan.audit_id)
    try:
        with acting_as(named):
            _write(plan, plan.edit, leave_out)
    except Moved as refused:
        return plan.keep(state="REFUSED", moved=refused.titles)
    except BaseException:
        plan.keep(state="FAILED")
        raise
    return plan


@retried
def _write(plan: Plan, edit: Edit, leave_out: bool) -> None:
    tell = progress.teller(UUID(plan.id), len(plan.stamps))
    moved: dict[str, str] = {}
    changed = seen = 0
    with writing.unhurried() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK, plan.id])
        if is_done(UUID(plan.id)):
            return
        target = target_of(edit)
        for keys in _chunks(sorted(plan.stamps)):
            held = _locked(edit, keys)
            gone = set(keys) - {str(row.product.pk) for row in held}
            late = [row for row in held if row.stamp != plan.stamps[str(row.product.pk)]]
            moved |= dict.fromkeys(gone, "–")
            moved |= {str(row.product.pk): row.product.title for row in late}
            results = [outcome(edit, row, target) for row in held if row not in late]
            fitting = [one for one in results if one.is_change and not one.refusal]
            with recording.batch():
                _store(held, fitting)
            changed, seen = changed + len(fitting), seen + len(keys)
            tell(seen)
        if moved and not leave_out:
            raise Moved(moved)
        if isinstance(target, Collection):
            places_changed(target.pk)
        catalog_changed()
        told = {"bulk_edit": asdict(edit), "changed": changed, "left_out": list(moved.values())}
        recording.record(AuditLog.Action.UPDATE, Product, plan.id, {}, told)


def is_done(plan_id: UUID) -> bool:
    """Whether the edit has been written."""
    entries = AuditLog.objects.filter(
        entity=Product._meta.label_lower, entity_id=str(plan_id), after__has_key="bulk_edit"
    )
    return entries.exists()


def _locked(edit: Edit, keys: Sequence[str]) -> list[Held]:
    products = writing.lock(Product, [UUID(key) for key in keys])
    live = [row for row in products.values() if not row.is_deleted]
    variants: list[ProductVariant] = []
    if needs_variants(edit):
        found = ProductVariant.objects.filter(product__in=[row.pk for row in live])
        ids = found.order_by("pk").values_list("pk", flat=True)
        rows = writing.lock(ProductVariant, list(ids))
        variants = [row for row in rows.values() if not row.is_deleted]
    if edit.kind in CATEGORIES:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM catalog_productcategory WHERE product_id = ANY(%s) "
                "ORDER BY id FOR NO KEY UPDATE",
                [[row.pk for row in live]],
            )
    return read(edit, live, variants)


def _store(held: list[Held], fitting: list[Outcome]) -> None:
    """Write what fits: a fixed number of statements."""
    products = {row.product.pk: row.product for row in held}
    variants = {row.pk: row for one in held for row in one.variants}
    links = {row.pk: row for one in held for row in one.links}
    writing.change(Product, products, {one.product.pk: one.values for one in fitting if one.values})
    prices = {pk: {"price": price} for one in fitting for pk, price in one.prices.items()}
    writing.change(ProductVariant, variants, prices)
    gone = [row for one in fitting for row in one.gone]
    made = [row for one in fitting for row in one.made]
    for model in (ProductCategory, CollectionProduct):
        if keys := [row.pk for row in gone if isinstance(row, model)]:
            model.objects.filter(pk__in=keys).delete()
    # The database refuses two primary places even for a moment.
    for is_primary in (False, True):
        if is_primary and made:
            type(made[0])._default_manager.bulk_create(made)
        marks = {
            pk: {"is_primary": mark}
            for one in fitting
            for pk, mark in one.primary.items()
            if mark is is_primary
        }
        writing.change(ProductCategory, links, marks)


def _chunks(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    return (keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK))
