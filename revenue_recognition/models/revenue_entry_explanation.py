from odoo import api, fields, models
from odoo.tools import formatLang

#: A share is shown with as many decimals as it takes to make the amount, but not more.
DECIMALS = range(4, 11)


class RevenueEntry(models.Model):
    """Why a row of the subledger is what it is, and the buttons that open what it was made from."""

    _inherit = "revenue.entry"

    explanation = fields.Char(compute="_compute_explanation")

    @api.depends("kind", "close_id", "contract_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for entry in self:
            parts = entry.close_id.name, labels.get(entry.kind), entry.contract_id.name
            entry.display_name = " · ".join(filter(None, parts))

    @api.depends("kind", "amount", "company_amount", "cumulative", "allocated", "progress", "close_id", "posting_id")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for entry in self:
            words = entry._explain()
            if entry.currency_id != entry.company_currency_id and entry.kind != "exchange":
                company = entry._money(entry.company_amount, entry.company_currency_id, symbol=True)
                words = self.env._("%(explanation)s; at its rates: %(amount)s", explanation=words, amount=company)
            entry.explanation = words

    # === WORDS === #

    def _explain(self):
        """Return in words what the amount is made of."""
        self.ensure_one()
        values = {
            "amount": self._money(self.amount),
            "before": self._money(self.cumulative - self.amount),
            "now": self._money(self.cumulative),
        }
        if self.close_id.kind == "reversal":
            return self.env._(
                "takes back what %(close)s booked: %(amount)s; %(now)s stays booked",
                close=self.close_id.reversed_id.name,
                **values,
            )
        if self.kind == "revenue":
            return self._explain_revenue(values)
        values["account"] = self.debit_account_id.display_name
        values["company"] = self._money(self.company_amount, self.company_currency_id)
        return self._words()[self.kind] % values

    def _explain_revenue(self, values):
        values["allocated"] = self._money(self.allocated)
        percent = self._percent()
        if percent:
            return self.env._(
                "allocated %(allocated)s × %(percent)s %% = %(now)s, less %(before)s booked before = %(amount)s",
                percent=percent,
                **values,
            )
        return self.env._(
            "%(now)s earned of %(allocated)s allocated, less %(before)s booked before = %(amount)s. Progress of "
            "%(percent)s %% applies to a part of the price only: a change of the contract left the other part as it "
            "was recognised, or materials earn their cost; the sign beside the total says how much",
            percent=formatLang(self.env, self.progress * 100, digits=2),
            **values,
        )

    def _words(self):
        """Return the sentence of every kind that concerns a contract as a whole, with places for values."""
        return {
            "billing": self.env._("booked to contract liability by invoices themselves: %(amount)s; nothing is posted"),
            "routing": self.env._("booked to %(account)s by invoices: %(amount)s; moved to contract liability"),
            "interest": self.env._(
                "interest on what was paid in advance: %(now)s, less %(before)s booked before = %(amount)s"
            ),
            "interest_income": self.env._(
                "interest on what is paid later: %(now)s, less %(before)s booked before = %(amount)s"
            ),
            "refund": self.env._("expected to be given back: %(now)s, less %(before)s booked before = %(amount)s"),
            "presentation": self.env._(
                "earned beyond what is billed: %(now)s, less %(before)s shown before = %(amount)s"
            ),
            "exchange": self.env._("exchange difference of contract liability: %(company)s"),
            "loss": self.env._("loss expected: %(now)s, less %(before)s booked before = %(amount)s"),
            "contract_cost": self.env._(
                "contract cost that became an asset: %(now)s, less %(before)s booked before = %(amount)s"
            ),
            "amortisation": self.env._(
                "contract cost amortised or impaired: %(now)s, less %(before)s booked before = %(amount)s"
            ),
        }

    def _percent(self):
        """Return the progress that makes the cumulative amount of the allocated price, or None when none does.

        After a prospective modification, or with cost that shows no progress, revenue is more than this product.
        """
        for digits in DECIMALS:
            percent = f"{self.progress * 100:.{digits}f}"
            product = self.currency_id.round(self.allocated * float(percent) / 100)
            if not self.currency_id.compare_amounts(product, self.cumulative):
                shown = percent.rstrip("0").rstrip(".")
                return formatLang(self.env, float(shown), digits=len(shown.partition(".")[2]))
        return None

    def _money(self, amount, currency=None, symbol=False):
        currency = currency or self.currency_id
        if symbol:
            return formatLang(self.env, amount, currency_obj=currency)
        return formatLang(self.env, currency.round(amount) or 0.0, digits=currency.decimal_places)

    # === ACTIONS === #

    def _open_recorded_evidence(self):
        """Open the facts recorded about the obligation through the day of the close."""
        self.ensure_one()
        self.check_access("read")
        domain = [("contract_id", "=", self.contract_id.id), ("date", "<=", self.date)]
        if self.obligation_id:
            domain.append(("obligation_id", "=", self.obligation_id.id))
        action = self.env["ir.actions.act_window"]._for_xml_id("revenue_recognition.action_revenue_evidence")
        return {**action, "domain": domain, "context": {}}

    def action_open_journal_items(self):
        """Open the journal items that sum the row with others."""
        self.ensure_one()
        self.check_access("read")
        return self.posting_id.action_open_journal_items()
