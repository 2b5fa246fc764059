"""What referrals' tests share."""

from tests.casework.conftest import folder

__all__ = ["folder"]
