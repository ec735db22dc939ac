from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .close_common import CloseCommon

#: Arguments of those that take some.
ARGUMENTS = {
    name: ["price"]
    for name in (
        *("action_reopen", "action_explain_exceptions", "action_explain_difference", "action_apply_as"),
        "get_reasons",
    )
}
#: Odoo's own, that ours only goes on from; and what is asked of the model, which checks rights of its own.
NOT_OF_RECORDS = {
    *("action_confirm", "get_dashboard", "get_ledger_status", "get_forecast", "get_waterfall"),
    *("get_position", "get_scenario"),
}


@tagged("post_install", "-at_install")
class TestButtons(CloseCommon):
    """No button, and nothing that tells of records, answers somebody who may not read them."""

    def test_no_button_answers_who_may_not_read_its_records(self):
        order = self._make_order((self._make_product("Support", "subscription"), 1200))
        order.order_line.write({"revenue_start": "2026-01-01", "revenue_end": "2026-12-31"})
        contract = self._confirm(order, "2026-01-01")
        self._invoice(order, "2026-01-05")
        close = self._close("2026-01-31")
        change = self.env["revenue.modification"].create(
            {"contract_id": contract.id, "name": "Rebate", "date": "2026-02-10", "fixed_delta": -100.0}
        )
        exception = (
            self.env["revenue.exception"]
            .sudo()
            .create(
                {
                    "contract_id": contract.id,
                    "company_id": self.company.id,
                    "kind": "price",
                    "message_written": "No price",
                }
            )
        )
        nobody = new_test_user(self.env, "nobody", "base.group_user", company_id=self.company.id)
        entry = close.entry_ids[:1]
        for records in (
            *(contract, contract.obligation_ids, close, change, exception, entry, entry.posting_id, order),
            *(close.move_ids, self._policy("subscription")),
        ):
            for name in self._own_buttons(records):
                with self.subTest(model=records._name, act=name), self.assertRaises(AccessError):
                    getattr(records.with_user(nobody), name)(*ARGUMENTS.get(name, ()))

    def _own_buttons(self, records):
        found = set()
        for parent in type(records).__mro__:
            if parent.__module__.startswith("odoo.addons.revenue_recognition"):
                found |= {name for name in vars(parent) if name.startswith(("action_", "get_"))}
        return sorted(found - NOT_OF_RECORDS)
