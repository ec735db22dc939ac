from odoo.tools import LazyTranslate

from .kinds import Industry, Plan, Sample, Step

_lt = LazyTranslate(__name__)

AGENCY = Industry(
    key="agency",
    category=_lt("Agency Services"),
    settings={
        "billing_invoice_policy": "post",
        "billing_grouping": "customer",
        "billing_invoice_date": "today",
        "billing_change_rule": "new",
        "billing_advance_policy": "next",
    },
    plans=(
        Plan(
            key="campaign",
            name=_lt("Agency: campaign"),
            note=_lt("A third on the briefing, a third with the concept, the rest with the launch"),
            steps=(
                Step("briefing", _lt("Briefing"), "confirmation", 33.33),
                Step("concept", _lt("Concept"), "task", 33.33),
                Step("launch", _lt("Launch"), "task", None),
            ),
        ),
        Plan(
            key="website",
            name=_lt("Agency: website"),
            note=_lt("Half on order, the rest with design and launch"),
            steps=(
                Step("order", _lt("Order"), "confirmation", 50),
                Step("design", _lt("Screen design"), "task", 25),
                Step("launch", _lt("Website launch"), "task", None),
            ),
        ),
    ),
    samples=(
        Sample("campaign", _lt("Campaign"), 30000, "project_only"),
        Sample("website", _lt("Website"), 18000, "project_only"),
    ),
)
