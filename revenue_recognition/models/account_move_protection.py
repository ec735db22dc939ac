"""Journal items that a close has posted cannot be changed, in the models and in the database.

The models refuse with a sentence that names the close; triggers of the database refuse what comes past them. Both look
at posted items with a posting of the subledger alone: while a close makes an entry, Odoo may still write it. What Odoo
does to posted items goes on: reconciling them, sealing them, sending. Merging contacts goes on in the database too,
where it happens by SQL: the customer stays who he is.
"""

from odoo import api, models
from odoo.addons.record_protection.models.append_only import changed, make_trigger
from odoo.tools import SQL

from .append_only import FUNCTIONS

#: Fields of a journal item that give its amount, its account, its partner and its entry.
ITEM_FIELDS = frozenset(
    {
        *(
            "move_id",
            "journal_id",
            "company_id",
            "date",
            "account_id",
            "partner_id",
            "currency_id",
            "name",
            "product_id",
        ),
        *("debit", "credit", "balance", "amount_currency", "analytic_distribution", "revenue_posting_id"),
        *("display_type", "tax_ids", "tax_line_id", "tax_tag_ids", "tax_repartition_line_id", "tax_base_amount"),
        *(
            "price_unit",
            "quantity",
            "discount",
            "product_uom_id",
            "date_maturity",
            "deductible_amount",
            "sale_line_ids",
        ),
        # Stored, and not computed again where somebody writes them.
        *("ref", "move_name", "parent_state", "price_subtotal", "price_total"),
    }
)
ENTRY_FIELDS = frozenset(
    {
        *("state", "date", "journal_id", "company_id", "currency_id", "partner_id", "move_type"),
        *("ref", "narration", "invoice_origin", "payment_reference"),
    }
)
#: Of both, the columns that the database keeps.
ITEM_COLUMNS = (
    *("move_id", "journal_id", "company_id", "date", "account_id", "currency_id", "parent_state", "revenue_posting_id"),
    *("debit", "credit", "balance", "amount_currency", "analytic_distribution", "tax_line_id"),
    *("price_unit", "quantity", "discount"),
)
ENTRY_COLUMNS = ("state", "date", "journal_id", "company_id", "currency_id", "move_type", "ref", "narration")
#: Fields of an analytic item that are kept, beside the columns of the analytic plans.
ANALYTIC_FIELDS = {"amount", "unit_amount", "date", "move_line_id", "general_account_id", "company_id", "partner_id"}

REFUSE = """
    RAISE EXCEPTION 'Journal entry % was made by a close of revenue: it is not changed or deleted. '
        'Open the period of the close again instead; it mirrors its entries.', %s
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
"""
FUNCTIONS |= {
    "revenue_refuse_posted_item": f"""
CREATE OR REPLACE FUNCTION revenue_refuse_posted_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {REFUSE.replace("%s", "OLD.move_name")}
END $$
""",
    "revenue_refuse_posted_entry": f"""
CREATE OR REPLACE FUNCTION revenue_refuse_posted_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM account_move_line WHERE move_id = OLD.id AND revenue_posting_id IS NOT NULL) THEN
        {REFUSE.replace("%s", "OLD.name")}
    END IF;
    RETURN NEW;
END $$
""",
}


class AccountMove(models.Model):
    """An entry that a close posted is not changed."""

    _inherit = "account.move"

    def init(self):
        """Make the trigger anew, with each installation and update."""
        function = "revenue_refuse_posted_entry"
        self.env.cr.execute(FUNCTIONS[function])
        when = SQL(
            "BEFORE UPDATE ON account_move FOR EACH ROW WHEN (OLD.state = 'posted' AND %s)", changed(ENTRY_COLUMNS)
        )
        make_trigger(self.env.cr, "account_move", "revenue", when, function)
        return super().init()

    def write(self, vals):
        if vals.keys() & ENTRY_FIELDS:
            of_closes = self.sudo().line_ids._of_revenue_closes().move_id
            if of_closes._changed_fields(vals, ENTRY_FIELDS):
                of_closes._check_no_revenue_close()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_revenue_close(self):
        self.sudo().line_ids._of_revenue_closes().move_id._check_no_revenue_close()


class AccountMoveLine(models.Model):
    """An item that a close posted is not changed, and nothing is added to its entry."""

    _inherit = "account.move.line"

    def init(self):
        """Make the triggers anew, with each installation and update."""
        function = "revenue_refuse_posted_item"
        self.env.cr.execute(FUNCTIONS[function])
        posted = SQL("OLD.revenue_posting_id IS NOT NULL AND OLD.parent_state = 'posted'")
        for suffix, when in {
            "revenue_delete": SQL("BEFORE DELETE ON account_move_line FOR EACH ROW WHEN (%s)", posted),
            "revenue_update": SQL(
                "BEFORE UPDATE ON account_move_line FOR EACH ROW WHEN (%s AND %s)", posted, changed(ITEM_COLUMNS)
            ),
        }.items():
            make_trigger(self.env.cr, "account_move_line", suffix, when, function)
        return super().init()

    @api.model_create_multi
    def create(self, vals_list):
        default = self.env.context.get("default_move_id")
        moves = self.env["account.move"].browse({vals.get("move_id") or default for vals in vals_list} - {None, False})
        moves.filtered(lambda move: move.state == "posted")._check_no_revenue_close()
        return super().create(vals_list)

    def write(self, vals):
        if vals.keys() & ITEM_FIELDS:
            kept = self._of_revenue_closes()
            if kept._changed_fields(vals, ITEM_FIELDS):
                kept.move_id._check_no_revenue_close()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_revenue_close(self):
        self._of_revenue_closes().move_id._check_no_revenue_close()

    def _of_revenue_closes(self):
        """Return those of these items that a close posted, in superuser mode."""
        return self.sudo().filtered(lambda line: line.revenue_posting_id and line.parent_state == "posted")


class AccountAnalyticLine(models.Model):
    """Analytic items of journal items that a close has posted cannot be changed either."""

    _inherit = "account.analytic.line"

    def write(self, vals):
        names = ANALYTIC_FIELDS.union(self._get_plan_fnames())
        if vals.keys() & names and self._changed_fields(vals, names):
            self._check_no_revenue_close()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_revenue_close(self):
        self._check_no_revenue_close()

    def _check_no_revenue_close(self):
        self.sudo().move_line_id._of_revenue_closes().move_id._check_no_revenue_close()
