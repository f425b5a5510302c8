"""iyzico: cards with 3-D Secure and installments, on a page of theirs."""

from payments.providers.iyzico.provider import Iyzico

__all__ = ["Iyzico"]
