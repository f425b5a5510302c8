"""Copies and erasures that were asked for, so that the pages about them have something to show.

Erasures are of addresses that nothing else in the demo shop knows: nobody in it is ever erased.
"""

from shop.accounts.models import DataExport, ErasureRequest, User
from shop.accounts.privacy import copies, erasing
from shop.accounts.roles import Role
from shop.operations.demo import DEMO_ACCOUNTS

_LETTER = "Asked for it in a letter, which lies in the folder of May"


def plant_privacy() -> int:
    """A copy for a customer, and erasures in each state; returns how many are new."""
    if DataExport.objects.exists() or ErasureRequest.objects.exists():
        return 0
    email = next(one.email for one in DEMO_ACCOUNTS if one.role == Role.ADMIN)
    boss = User.objects.get(email=email)
    customer = User.objects.get(email="jonas.albrecht@mail.example")
    copy = copies.ask(user_id=customer.pk, asked_by=boss.pk, reason=_LETTER)
    copies.build(copy.pk)
    erasing.ask(email="thinks.twice@mail.example")
    stays = erasing.ask(email="stays.after.all@mail.example")
    erasing.cancel(stays.pk)
    gone = erasing.ask(
        email="moved.away@mail.example",
        source=ErasureRequest.Source.STAFF,
        asked_by=boss.pk,
        reason=_LETTER,
        at_once=True,
    )
    erasing.erase(gone.pk)
    return DataExport.objects.count() + ErasureRequest.objects.count()
