"""Long-term pathways: what steps they have, what must be known before each, and where one stands."""
