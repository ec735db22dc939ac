from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..engine import Refusal, simulate
from .telling import teller

BILLING_GROUPS = ("sales_team.group_sale_salesman", "account.group_account_invoice")


class SubscriptionPlan(models.Model):
    """The what-if: what charges would bill, of a plain scenario and without a record."""

    _inherit = "subscription.plan"

    @api.model
    @api.readonly
    def simulate(self, scenario: dict) -> dict:
        """Work out charges, what happened to them and the billing runs; write nothing.

        The format is described in ``docs/charges.md``: ``id``, ``title``, ``source``, ``currency``, ``charges``
        (recurring, usage, one_time, commitment, prepaid), and as needed ``customer`` (billing day, time zone),
        ``settings``, ``events``, ``runs`` (dates) and ``expect``: what is asked, each a run, periods, a meter, a price
        or a rating. Spans are half-open, dates ISO texts in the customer's zone, amounts in the currency. Decimals are
        those of the currency in this database, active or not.

        :param dict scenario: plain values
        :return: ``{"results": […]}``: one per entry of ``expect``, in order: of a run ``run``, ``lines``, ``total`` and
            ``balances``; of periods a ``list``; of a meter the ``quantity``; of a price the ``amount``; of a rating
            ``amounts`` and ``total``. Numbers, texts, lists and dictionaries only.
        :raises AccessError: for users who neither sell nor invoice
        :raises UserError: when the scenario is malformed, naming the place, as in
            ``events[3].charge: no charge "C"``
        """
        self._check_may_simulate()
        try:
            return simulate(scenario, self._currency_decimals())
        except Refusal as refusal:
            raise UserError(refusal.told(teller(self.env))) from refusal

    @api.model
    def _check_may_simulate(self):
        """Let users pass who sell or invoice.

        :raises AccessError: for anybody else
        """
        if not (self.env.su or any(self.env.user.has_group(group) for group in BILLING_GROUPS)):
            raise AccessError(
                self.env._("Only users of Sales or Invoicing may simulate subscriptions. Ask for access.")
            )

    @api.model
    def _currency_decimals(self):
        """Return the decimals of every currency by its ISO code, also of inactive ones."""
        currencies = self.env["res.currency"].sudo().with_context(active_test=False)
        rows = currencies.search_fetch([], ["name", "decimal_places"])
        return {row.name: row.decimal_places for row in rows}
