from odoo.tools import LazyTranslate

from .kinds import Industry, Plan, Sample, Step

_lt = LazyTranslate(__name__)

MACHINE = "machine"

EQUIPMENT = Industry(
    key="equipment",
    category=_lt("Equipment and Installation"),
    settings={
        "billing_invoice_policy": "post",
        "billing_grouping": "order",
        "billing_invoice_date": "today",
        "billing_change_rule": "pro_rata",
        "billing_advance_policy": "pro_rata",
    },
    plans=(
        Plan(
            key="delivery",
            name=_lt("Equipment: by delivery, installation when it runs"),
            note=_lt("Machines as they are delivered, the installation when its task is done"),
            steps=(
                Step("delivery", _lt("Delivery"), "delivery", 100, (MACHINE,)),
                Step("installation", _lt("Installation"), "task", None),
            ),
        ),
        Plan(
            key="deposit",
            name=_lt("Equipment: deposit, delivery, start-up"),
            note=_lt("A third on order, most on delivery, the rest when the machine runs"),
            steps=(
                Step("deposit", _lt("Deposit"), "confirmation", 30),
                Step("delivery", _lt("Delivery"), "delivery", 60, (MACHINE,)),
                Step("start_up", _lt("Start-up"), "task", None),
            ),
        ),
    ),
    samples=(
        Sample(MACHINE, _lt("Machine"), 45000, goods=True, category=_lt("Machines")),
        Sample("installation", _lt("Installation and start-up"), 9000, "project_only"),
    ),
)
