"""What providers tell of kept cards: a bank gave out a new one, or it is held no more."""

from uuid import UUID

from audit import recording
from payments import customers, saved_cards
from payments.models import SavedCard
from payments.providers.news import CardNews
from shop.accounts.models import User
from shop.conflicts import retried


def take(provider_name: str, news: CardNews) -> int:
    """Record the news; returns how many cards it was about. The same again changes nothing."""
    cards = SavedCard.objects.filter(provider=provider_name)
    found = cards.filter(token=news.token) if news.token else cards.filter(customer=news.customer)
    changed = 0
    for card_id, user_id in list(found.order_by("pk").values_list("pk", "user_id")):
        changed += _take_one(card_id, user_id, news)
    if news.is_gone and not news.token:
        customers.forget(provider_name=provider_name, token=news.customer)
    return changed


@retried
def _take_one(card_id: UUID, user_id: UUID, news: CardNews) -> bool:
    with recording.batch():
        User.all_objects.select_for_update(no_key=True).get(pk=user_id)
        card = SavedCard.objects.filter(pk=card_id).first()
        if card is None:
            return False
        if news.is_gone:
            saved_cards.drop(card)
            return True
        return saved_cards.renew(card, news)
