"""Brands of cards as people write them, from the words providers have for them."""

_BRANDS = {
    "visa": "Visa",
    "mastercard": "Mastercard",
    "amex": "American Express",
    "diners": "Diners Club",
    "jcb": "JCB",
    "unionpay": "UnionPay",
}


def shown_brand(name: str) -> str:
    """``mastercard`` is Mastercard; one not known is written with capitals."""
    return _BRANDS.get(name, name.replace("_", " ").title())[:20]
