"""A catalog as large as one likes, for measuring: ``manage.py generate_load``."""
