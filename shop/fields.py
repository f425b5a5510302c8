"""Fields whose rules the database holds too, whoever writes."""

from typing import Any

from django.db import models
from django.db.models import Q


class KnownChoices(models.CheckConstraint):
    """The column holds one of the choices of its field, whose own message is the one people see."""

    def validate(self, *args: Any, **options: Any) -> None:
        """Nothing is left to say, and nothing to ask the database for."""

    def deconstruct(self) -> Any:
        # Migrations hold a plain constraint: they outlive classes of ours.
        _path, args, options = super().deconstruct()
        return "django.db.models.CheckConstraint", args, options


class ChoiceField(models.CharField):
    """A text that is one of ``choices``: the table has a CHECK, ``<model>_<field>_known``.

    ``blank`` allows the empty text as well.
    """

    def contribute_to_class(self, cls: type[models.Model], name: str, *args: Any) -> None:
        super().contribute_to_class(cls, name, *args)
        if cls._meta.abstract or cls.__module__ == "__fake__":
            # Migrations have the constraint by itself.
            return
        known = [str(value) for value, _words in self.flatchoices]
        if self.blank and "" not in known:
            known.insert(0, "")
        rule = KnownChoices(
            condition=Q(**{f"{name}__in": known}), name=f"{cls._meta.model_name}_{name}_known"
        )
        cls._meta.constraints = [*cls._meta.constraints, rule]
        # Where makemigrations looks for what Meta said.
        cls._meta.original_attrs["constraints"] = cls._meta.constraints

    def deconstruct(self) -> Any:
        name, _path, args, options = super().deconstruct()
        return name, "django.db.models.CharField", args, options
