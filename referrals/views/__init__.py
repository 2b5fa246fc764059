"""Referrals' pages."""
