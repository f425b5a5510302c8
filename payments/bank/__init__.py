"""Statements of the shop's bank: read, compared with what is awaited, looked at, and booked."""
