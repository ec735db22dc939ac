from . import (
    revenue_accounts_wizard,
    revenue_check,
    revenue_estimate_wizard,
    revenue_evidence_import_wizard,
    revenue_evidence_wizard,
    revenue_exception_note_wizard,
    revenue_import_wizard,
    revenue_policy_version_wizard,
    revenue_position,
    revenue_reopen_wizard,
    revenue_ssp_import_wizard,
)
