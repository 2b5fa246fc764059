"""Finding a service for what a survivor needs, by stated rules whose reasons can be said."""

from referrals.matching.search import Fit, LeftOut, Matches, match

__all__ = ["Fit", "LeftOut", "Matches", "match"]
