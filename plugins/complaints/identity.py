"""Who sees who complains. In an ordinary complaint staff see name and telephone and a masked identity
number; in a confidential one only the two roles that may open confidential records see anything.
"""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from admin import ref
from core import Scope
from core.data.scope import ORDINARY
from core.data.visibility import level_on
from plugins.complaints.models import Complaint

FIELDS = ("applicant_name", "identity", "phone", "email", "contact_refused")
"""What a record's page shows of the applicant."""


def is_withheld(complaint: Complaint, scope: Scope) -> bool:
    """Whether `scope` may read the complaint but not who wrote it."""
    return complaint.confidentiality > level_on(complaint, scope)


def shown(complaint: Complaint, field: str, scope: Scope) -> Any:
    """One of FIELDS as `scope` may see it; the identity number in full for the two roles alone."""
    if is_withheld(complaint, scope):
        return _("Withheld: confidential") if field == "applicant_name" else ""
    applicant = complaint.applicant
    if applicant is None:
        return ""
    if field == "applicant_name":
        return applicant.name
    if field == "contact_refused":
        return applicant.contact_refused
    if field == "identity":
        full = level_on(complaint, scope) > ORDINARY
        number = applicant.identity if full else applicant.identity_masked
        return ref(number) if number else applicant.identity_none
    value = getattr(applicant, field)
    return ref(value) if value else ""
