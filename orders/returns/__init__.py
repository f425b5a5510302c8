"""What comes back: asked for, looked at, exchanged or refunded; and withdrawals."""
