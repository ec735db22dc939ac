from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ..engine import Refusal
from ..engine.reading.node import Node
from .translating import translator

#: New terms that a modification may give an obligation.
CHANGEABLE = ("price", "ssp", "quantity", "start", "end", "total_cost")


class RevenueModificationLine(models.Model):
    """What a modification does to one obligation; empty terms stay as they are."""

    _name = "revenue.modification.line"
    _description = "Change of an Obligation"
    _check_company_auto = True

    modification_id = fields.Many2one("revenue.modification", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="modification_id.company_id", store=True)
    currency_id = fields.Many2one(related="modification_id.currency_id")
    obligation_id = fields.Many2one(
        "revenue.obligation", required=True, index=True, check_company=True, ondelete="restrict"
    )
    action = fields.Selection(
        [("add", "Added"), ("change", "Changed"), ("remove", "Removed")],
        required=True,
        help="Whether the obligation is new, has new terms, or falls away.",
    )
    terms = fields.Json(help="New terms: price, ssp, quantity, start, end, total_cost.")
    summary = fields.Char(compute="_compute_summary", string="New Terms")

    @api.depends("terms")
    def _compute_summary(self):
        for line in self:
            line.summary = ", ".join(f"{name} {value}" for name, value in (line.terms or {}).items())

    # === CONSTRAINT METHODS === #

    @api.constrains("obligation_id", "action", "modification_id")
    def _check_obligation(self):
        """An obligation is one of the contract: a new one to add, one that is agreed by then to change or remove."""
        for line in self:
            one, change = line.obligation_id, line.modification_id
            words = {"name": one.name, "contract": change.contract_id.name, "date": format_date(line.env, change.date)}
            by = one.modification_id
            if one.contract_id != change.contract_id:
                raise ValidationError(line.env._("%(name)s is no obligation of %(contract)s.", **words))
            if line.action == "add" and by != change:
                raise ValidationError(line.env._("%(name)s is an obligation of %(contract)s already.", **words))
            if line.action != "add" and by and (by.state != "applied" or by.date > change.date):
                reason = line.env._("%(name)s is no obligation of %(contract)s on %(date)s. Take a later day.", **words)
                raise ValidationError(reason)

    @api.constrains("terms", "action")
    def _check_terms(self):
        for line in self:
            if line.terms and line.action != "change":
                raise ValidationError(line.env._("Only an obligation that is changed has new terms."))
            try:
                line._read_terms()
            except Refusal as refusal:
                raise ValidationError(
                    line.env._(
                        "%(name)s: %(why)s", name=line.obligation_id.name, why=refusal.in_words(translator(line.env))
                    )
                ) from None

    def _read_terms(self):
        """Read the new terms.

        :raises Refusal: naming the one that can't be
        """
        terms = self.terms or {}
        node = Node(terms, "terms", self.currency_id.decimal_places)
        node.only(*CHANGEABLE)
        given = {name: value for name, value in terms.items() if value is not None}
        node = Node(given, "terms", node.decimals)
        for name, read in {
            "price": node.money,
            "ssp": partial(node.above, reached=True),
            "quantity": node.above,
            "total_cost": node.above,
            "start": node.day,
            "end": node.day,
        }.items():
            node.optional(name, read)

    # === CRUD METHODS === #

    def write(self, vals):
        if not self.env.su:
            self._check_open()
        return super().write(vals)

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if not self.env.su:
            lines._check_open()
        return lines

    @api.ondelete(at_uninstall=False)
    def _unlink_of_proposals_only(self):
        self._check_open()

    def _check_open(self):
        """Refuse to touch what is applied or rejected."""
        if any(line.modification_id.state != "proposed" for line in self):
            raise UserError(self.env._("What is applied or rejected is not changed. Make another modification."))
