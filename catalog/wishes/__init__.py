"""Wishlists, recently viewed products, and word when something is back or cheaper."""
