"""Old addresses and where they lead now."""

from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shop.models import Manager, Model


def remembers_address(
    *columns: str, was: str, now_at: str, shown: str = "TRUE"
) -> pgtrigger.Trigger:
    """A trigger that leaves a redirect behind when the address of a row changes.

    ``was`` and ``now_at`` are SQL expressions of the paths, over OLD and NEW; ``columns`` is what
    they are made of; ``shown`` says whether anyone could have known the old one. In the database,
    because a category takes its descendants along there, and bulk writes pass every ``save()``.
    """
    return pgtrigger.Trigger(
        name="remember_address",
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        condition=pgtrigger.AnyChange(*columns),
        func=f"""
            IF OLD.deleted_at IS NULL AND {shown} THEN
                PERFORM catalog_remember_address({was}, {now_at});
            END IF;
            RETURN NULL;
        """,
    )


class RedirectManager(Manager):
    def get_by_natural_key(self, old_path: str) -> Any:
        return self.get(old_path=old_path)


class Redirect(Model):
    """Where a visitor of ``old_path`` is sent when no page answers there.

    ``target`` is a path of this shop or an https address. The database keeps every redirect one
    step long and refuses loops; those it wrote itself are ``is_automatic``, and not audited
    beside the change that caused them.
    """

    old_path = models.CharField(
        _("old path"), max_length=600, unique=True, help_text=_("Such as /old-shop/coats.html")
    )
    target = models.CharField(
        _("leads to"), max_length=600, help_text=_("A path such as /c/coats/, or https://…")
    )
    is_permanent = models.BooleanField(_("for good"), default=True)
    is_automatic = models.BooleanField(_("made by the shop"), default=False, editable=False)

    objects: ClassVar[Any] = RedirectManager()

    class Meta(Model.Meta):
        verbose_name = _("redirect")
        verbose_name_plural = _("redirects")
        ordering = ["old_path"]
        constraints = [
            models.CheckConstraint(
                condition=Q(old_path__startswith="/") & ~Q(old_path__regex="[?#]"),
                name="redirect_from_a_path",
            ),
            models.CheckConstraint(
                condition=Q(target__startswith="/") & ~Q(target__regex=r"^/[/\\]")
                | Q(target__startswith="https://"),
                name="redirect_to_a_path_or_https",
            ),
            models.CheckConstraint(condition=~Q(old_path=F("target")), name="redirect_elsewhere"),
        ]
        indexes = [
            # Shortening the redirects that led to an address which moved.
            models.Index(fields=["target"], name="redirect_target"),
        ]
        triggers = [
            *Model.Meta.triggers,
            pgtrigger.Trigger(
                name="lead_to_the_end",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("further", "text")],
                func="""
                    SELECT target INTO further FROM catalog_redirect
                    WHERE old_path = NEW.target AND id <> NEW.id;
                    NEW.target := coalesce(further, NEW.target);
                    IF NEW.target = NEW.old_path THEN
                        RAISE EXCEPTION 'redirect from % leads back to itself', NEW.old_path
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'redirect_no_loop';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="shorten_chains",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    UPDATE catalog_redirect SET target = NEW.target
                    WHERE target = NEW.old_path AND id <> NEW.id;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_path} → {self.target}"

    def natural_key(self) -> tuple[str]:
        return (self.old_path,)
