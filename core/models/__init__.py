"""Core's tables, one module a subject."""

from core.models.access import (
    PERMISSIONS,
    Grant,
    KeptOut,
    Kind,
    Level,
    ObjectKey,
    SealedObject,
    ServerShare,
    TeamPermission,
    UserPermission,
)
from core.models.accounts import CASE_ROLES, Membership, Organisation, Role, Team, User
from core.models.audit import AuditEvent
from core.models.keys import ApiToken, KeySlot, TeamKey, TokenTeamKey, UserKey
from core.models.notice import Notice
from core.models.outbox import BeatRun, Heartbeat, OutboxItem
from core.models.sensitivity import Sensitivity

__all__ = [
    "CASE_ROLES",
    "PERMISSIONS",
    "ApiToken",
    "AuditEvent",
    "BeatRun",
    "Grant",
    "Heartbeat",
    "KeptOut",
    "KeySlot",
    "Kind",
    "Level",
    "Membership",
    "Notice",
    "ObjectKey",
    "Organisation",
    "OutboxItem",
    "Role",
    "SealedObject",
    "Sensitivity",
    "ServerShare",
    "Team",
    "TeamKey",
    "TeamPermission",
    "TokenTeamKey",
    "User",
    "UserKey",
    "UserPermission",
]
