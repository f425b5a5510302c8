"""The audit log in the back office, and what it adds to the pages of every other table."""

from audit.admin.audited import AuditedAdmin, amounts_on
from audit.admin.events import SecurityEventAdmin
from audit.admin.log import AuditLogAdmin

__all__ = ["AuditLogAdmin", "AuditedAdmin", "SecurityEventAdmin", "amounts_on"]
