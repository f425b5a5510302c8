"""The product page, its parts, and help with sizes."""
