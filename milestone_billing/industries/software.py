from odoo.tools import LazyTranslate

from .kinds import Industry, Plan, Sample, Step

_lt = LazyTranslate(__name__)

LICENCE, IMPLEMENTATION = "licence", "implementation"

SOFTWARE = Industry(
    key="software",
    category=_lt("Software and Implementation"),
    settings={
        "billing_invoice_policy": "post",
        "billing_grouping": "order",
        "billing_invoice_date": "today",
        "billing_change_rule": "last",
        "billing_advance_policy": "next",
    },
    plans=(
        Plan(
            key="rollout",
            name=_lt("Software: licence, go-live, warranty"),
            note=_lt("Licences at once, the implementation by its steps, the rest when the warranty ends"),
            steps=(
                Step("licence", _lt("Licence"), "confirmation", 100, (LICENCE,)),
                Step("blueprint", _lt("Blueprint"), "task", 30, (IMPLEMENTATION,)),
                Step("go_live", _lt("Go-live"), "task", 60, (IMPLEMENTATION,)),
                Step("warranty", _lt("End of the warranty"), "offset", None, (), 3, "months", "go_live"),
            ),
        ),
        Plan(
            key="fixed",
            name=_lt("Software: fixed price by release"),
            note=_lt("Development in two releases"),
            steps=(
                Step("order", _lt("Order"), "confirmation", 20),
                Step("first", _lt("First release"), "task", 40),
                Step("last", _lt("Last release"), "task", None),
            ),
        ),
    ),
    samples=(
        Sample(LICENCE, _lt("Software licence"), 24000, category=_lt("Licences")),
        Sample(IMPLEMENTATION, _lt("Implementation"), 36000, "project_only", category=_lt("Implementation Services")),
    ),
)
