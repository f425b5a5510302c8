"""Links between tables that Django keeps by itself: it sends no signals for their rows.

An entry stands with the row that has the field, such as the person and not the group, and names the
keys that were linked or unlinked under the name of the table: for ``add()`` and the like from
either side, for writes to the table itself, and for links that a deleted row takes along.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import models, transaction

from audit.models import AuditLog
from audit.recording import record
from shop.models import QuerySet, Row, column_values, rows_written

Model = type[models.Model]


class LinkQuerySet(QuerySet[Any]):
    """Announces what is written to a table of links, in whatever way."""

    def bulk_create(self, *args: Any, **kwargs: Any) -> list[Any]:
        """Announced where it ends, in ``_insert``."""
        return models.QuerySet.bulk_create(self, *args, **kwargs)

    def _insert(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> Any:
        """What ``save()``, ``bulk_create()``, ``add()`` and ``loaddata`` end in."""
        rows = list(objs)
        owner, target = (field.attname for field in ends(self.model))
        with transaction.atomic(using=self.db, savepoint=False):
            known = self._pairs(rows, owner, target)
            written = super()._insert(rows, *args, **kwargs)  # type: ignore[misc]
            new = {(getattr(row, owner), getattr(row, target)): row for row in rows}
            self._announce("create", [row for pair, row in new.items() if pair not in known])
        return written

    _insert.alters_data = True  # type: ignore[attr-defined]
    _insert.queryset_only = False  # type: ignore[attr-defined]

    def _update(self, values: Any) -> int:
        """What ``save()`` of a link that is there ends in."""
        with transaction.atomic(using=self.db, savepoint=False):
            before = {row.pk: column_values(row) for row in self._locked()}
            changed: int = super()._update(values)  # type: ignore[misc]
            rows: Any = models.QuerySet(self.model, using=self.db).filter(pk__in=before)
            told: list[Row] = [(row.pk, before[row.pk], column_values(row)) for row in rows]
            rows_written.send(sender=self.model, action="update", rows=told)
        return changed

    _update.alters_data = True  # type: ignore[attr-defined]

    def delete(self) -> tuple[int, dict[str, int]]:
        with transaction.atomic(using=self.db, savepoint=False):
            rows = list(self._locked())
            keys = [row.pk for row in rows]
            gone: Any = models.QuerySet(self.model, using=self.db).filter(pk__in=keys)
            count = gone._raw_delete(self.db)
            self._announce("delete", rows)
        return count, {self.model._meta.label: count}

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def _locked(self) -> models.QuerySet[Any]:
        return self.order_by("pk").select_for_update(of=("self",))

    def _pairs(self, rows: list[Any], owner: str, target: str) -> set[tuple[Any, Any]]:
        """Those of the pairs in ``rows`` that are linked already."""
        either = {f"{name}__in": {getattr(row, name) for row in rows} for name in (owner, target)}
        found: Any = models.QuerySet(self.model, using=self.db).filter(**either)
        return set(found.values_list(owner, target))

    def _announce(self, action: str, rows: list[Any]) -> None:
        told: list[Row] = []
        for row in rows:
            values = column_values(row)
            told.append((row.pk, {}, values) if action == "create" else (row.pk, values, {}))
        rows_written.send(sender=self.model, action=action, rows=told)


def delete_link(
    link: models.Model, using: str | None = None, **_: Any
) -> tuple[int, dict[str, int]]:
    """``delete()`` of one link: like that of many."""
    return type(link)._base_manager.using(using).filter(pk=link.pk).delete()


def is_link(model: Model) -> bool:
    """Whether Django made the table for a field."""
    return bool(model._meta.auto_created)


def ends(link: Model) -> tuple["models.ForeignKey[Any, Any]", "models.ForeignKey[Any, Any]"]:
    """The columns of the row that has the field, and of the row it is linked to."""
    holder: Any = link._meta.auto_created
    fields = holder._meta.local_many_to_many
    field = next(one for one in fields if one.remote_field.through is link)
    names = (field.m2m_field_name(), field.m2m_reverse_field_name())
    owner, target = (link._meta.get_field(name) for name in names)
    return owner, target  # type: ignore[return-value]


def tell(link: Model, rows: list[Row]) -> None:
    """An entry for each row that lost or got links."""
    owner, target = ends(link)
    lost: dict[Any, list[str]] = defaultdict(list)
    got: dict[Any, list[str]] = defaultdict(list)
    for _pk, before, after in rows:
        if before == after:
            continue
        for values, told in ((before, lost), (after, got)):
            if values:
                told[values[owner.attname]].append(str(values[target.attname]))
    name = str(link._meta.model_name)
    for pk in sorted(lost.keys() | got.keys(), key=str):
        before, after = ({name: sorted(told[pk])} if pk in told else {} for told in (lost, got))
        record(AuditLog.Action.UPDATE, owner.related_model, pk, before, after)  # type: ignore[arg-type]


def tell_lost(row: models.Model, links: Iterable[Model]) -> None:
    """The links that go with ``row``, which is about to be deleted."""
    for link in links:
        for field in ends(link):
            if field.related_model is type(row):
                rows = link._base_manager.filter(**{field.attname: row.pk})
                tell(link, [(one.pk, column_values(one), {}) for one in rows])
