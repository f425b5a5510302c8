"""What people may ask of their data, see ``docs/privacy.md``."""
