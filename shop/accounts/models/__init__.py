"""People, their addresses and what they asked for."""

from shop.accounts.models.addresses import Address, PostalAddress
from shop.accounts.models.letters import Letter
from shop.accounts.models.newsletter import NewsletterSubscription
from shop.accounts.models.people import User, UserManager
from shop.accounts.models.preferences import NotificationPreference
from shop.accounts.models.privacy import (
    ConsentRecord,
    DataExport,
    ErasureRecord,
    ErasureRequest,
)
from shop.accounts.models.sessions import DeviceSession, Tries

__all__ = [
    "Address",
    "ConsentRecord",
    "DataExport",
    "DeviceSession",
    "ErasureRecord",
    "ErasureRequest",
    "Letter",
    "NewsletterSubscription",
    "NotificationPreference",
    "PostalAddress",
    "Tries",
    "User",
    "UserManager",
]
