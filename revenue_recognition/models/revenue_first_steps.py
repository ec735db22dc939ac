"""What a company does before its first close, in order."""

from odoo import models


class RevenueClose(models.Model):
    """The first steps: shown on the dashboard until something is closed."""

    _inherit = "revenue.close"

    def _setup_status(self, company):
        """Return whether revenue has begun in a company, and what is to be done before its first close.

        :return: ``{"begun": whether there is a contract, "steps": [{"name", "text", "done", "button", "action": xml id
            of what the button opens, or false where somebody else does it, "note": who that is or what comes before,
            or ""}]}``, no steps once something is closed
        """
        begun = bool(self.env["revenue.contract"].search_count([("company_id", "=", company.id)], limit=1))
        if self._last_posted(company):
            return {"begun": begun, "steps": []}
        steps = [self._step(company, *step) for step in self._first_steps(company, begun)]
        by_name = {step["name"]: step for step in steps}
        if not begun and not by_name["policies"]["done"]:
            by_name["contracts"]["note"] = self.env._(
                "No order brings a contract yet: no product follows a policy (the step Policies)."
            )
        return {"begun": begun, "steps": steps}

    def _step(self, company, name, text, done, button, action, group):
        may = self.env.user.has_group(f"revenue_recognition.{group}")
        return {
            "name": name,
            "text": text,
            "done": bool(done),
            "button": button,
            "action": f"revenue_recognition.{action}" if may else False,
            "note": "" if done or may else self._who_may(group),
        }

    def _who_may(self, group):
        """Return, as a text, who may do a step."""
        if group == "group_revenue_controller":
            return self.env._("A revenue controller does this; ask an administrator who that is.")
        return self.env._("A revenue accountant does this.")

    def _first_steps(self, company, begun):
        """Return name, text, whether it is done, button, action and the group that may do it, in their order."""
        text, accountant = self.env._, "group_revenue_accountant"
        prices = self.env["revenue.ssp"].search_count([("company_id", "in", (company.id, False))], limit=1)
        return [
            *self._steps_of_set_up(company.sudo()),
            (
                "prices",
                text("Enter what products sell for alone, where orders mix several."),
                *(prices, text("Selling Prices"), "action_revenue_ssp", accountant),
            ),
            (
                "contracts",
                text("Confirm an order of such products: its revenue contract is made by itself."),
                *(begun, text("Contracts"), "action_revenue_contract", accountant),
            ),
            (
                "close",
                text("Close the first month: one computes it, another approves it."),
                *(False, text("Closes"), "action_revenue_close", accountant),
            ),
        ]

    def _steps_of_set_up(self, company):
        """Return the steps that choose accounts and policies, as :meth:`_first_steps` does."""
        text = self.env._
        return [
            (
                *("accounts", text("Choose the accounts and the journal of revenue."), self._has_books(company)),
                *(text("Set Up Accounts"), "action_revenue_accounts", "group_revenue_controller"),
            ),
            (
                "policies",
                text(
                    "Say how revenue of products is recognised: a policy on the product, its category or the company."
                ),
                *(self._has_policies(company), text("Policies"), "action_revenue_policy", "group_revenue_accountant"),
            ),
        ]

    def _has_books(self, company):
        return (
            company.revenue_contract_liability_account_id
            and company.revenue_contract_asset_account_id
            and company.revenue_journal_id
        )

    def _has_policies(self, company):
        """Return whether a product, a category or the company itself has a policy."""
        chosen = [("revenue_policy_id", "!=", False)]
        models = ("product.template", "product.category")
        return company.revenue_policy_id or any(self.env[name].sudo().search_count(chosen, limit=1) for name in models)
