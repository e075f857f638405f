"""What runs by itself: it knows ports, not what is behind them."""
