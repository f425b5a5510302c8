"""Lists of products: the rows behind them, filters with counts, orders and pages."""
