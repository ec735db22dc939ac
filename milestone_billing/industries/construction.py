from odoo.tools import LazyTranslate

from .kinds import Industry, Plan, Sample, Step

_lt = LazyTranslate(__name__)

CONSTRUCTION = Industry(
    key="construction",
    category=_lt("Construction Works"),
    settings={
        "billing_invoice_policy": "post",
        "billing_grouping": "order",
        "billing_invoice_date": "attained",
        "billing_change_rule": "new",
        "billing_advance_policy": "pro_rata",
    },
    plans=(
        Plan(
            key="stages",
            name=_lt("Construction: stages of the works"),
            note=_lt("Works billed stage by stage, from the deposit to the handover"),
            steps=(
                Step("deposit", _lt("Deposit"), "confirmation", 10),
                Step("foundations", _lt("Foundations"), "task", 20),
                Step("shell", _lt("Shell"), "task", 30),
                Step("fit_out", _lt("Fit-out"), "task", 30),
                Step("handover", _lt("Handover"), "task", None),
            ),
        ),
        Plan(
            key="defects",
            name=_lt("Construction: rest after the defects period"),
            note=_lt("Smaller works: half on order, most at completion, the rest a year later"),
            steps=(
                Step("start", _lt("Start of works"), "confirmation", 50),
                Step("completion", _lt("Completion"), "task", 45),
                Step("defects", _lt("End of the defects period"), "offset", None, (), 12, "months", "completion"),
            ),
        ),
    ),
    samples=(
        Sample("works", _lt("Building works"), 120000, "project_only"),
        Sample("extra", _lt("Additional works"), 5000),
    ),
)
