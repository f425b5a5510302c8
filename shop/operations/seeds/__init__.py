"""The demo shop as data, and the functions that put it into the database."""
