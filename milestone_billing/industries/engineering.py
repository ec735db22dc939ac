from odoo.tools import LazyTranslate

from .kinds import Industry, Plan, Sample, Step

_lt = LazyTranslate(__name__)

ENGINEERING = Industry(
    key="engineering",
    category=_lt("Engineering Services"),
    settings={
        "billing_invoice_policy": "post",
        "billing_grouping": "milestone",
        "billing_invoice_date": "today",
        "billing_change_rule": "pro_rata",
        "billing_advance_policy": "next",
    },
    plans=(
        Plan(
            key="phases",
            name=_lt("Engineering: 30 / 40 / 30 by phase"),
            note=_lt("Design and commissioning for a fixed price"),
            steps=(
                Step("order", _lt("Order"), "confirmation", 30),
                Step("design", _lt("Design"), "task", 40),
                Step("commissioning", _lt("Commissioning"), "task", None),
            ),
        ),
        Plan(
            key="study",
            name=_lt("Engineering: study"),
            note=_lt("A study or an expert opinion: half on order, half with the report"),
            steps=(
                Step("order", _lt("Order"), "confirmation", 50),
                Step("report", _lt("Report"), "task", None),
            ),
        ),
    ),
    samples=(
        Sample("project", _lt("Engineering project"), 60000, "project_only"),
        Sample("study", _lt("Technical study"), 8000, "project_only"),
    ),
)
