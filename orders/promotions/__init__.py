"""Coupons and promotions: what is taken off a cart, why, and how often a code was used."""
