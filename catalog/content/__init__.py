"""Pages that staff write, menus, old addresses, and what crawlers and feeds read."""
