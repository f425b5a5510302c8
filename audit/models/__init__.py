"""Tables of the audit log."""

from audit.models.log import AuditLog
from audit.models.seals import AuditArchive, AuditSeal, Stream
from audit.models.security import SecurityEvent

__all__ = ["AuditArchive", "AuditLog", "AuditSeal", "SecurityEvent", "Stream"]
