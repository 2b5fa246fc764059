"""Search on encrypted data: a blind index for each team, and what it finds. See docs/adr/0008-a-blind-index.md."""
