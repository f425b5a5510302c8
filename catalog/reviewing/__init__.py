"""Reviews: written, checked, shown, voted on, and added up."""
