"""Uploads, what is known of their content, and their renditions."""
