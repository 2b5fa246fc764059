"""Cases for other systems: as HTCDS 2.0 says them, and encrypted before they reach a disk."""
