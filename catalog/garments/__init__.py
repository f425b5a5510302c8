"""Pictures of garments, drawn from data: sixteen types, five views, twenty-four colors."""
