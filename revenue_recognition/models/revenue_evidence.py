from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ..engine import Refusal
from .evidence_judge import EvidenceJudge, Judged
from .evidence_kinds import KINDS, Wrong, sendable
from .translating import translator


class RevenueEvidence(models.Model):
    """A dated fact about an obligation that is no record of Odoo's own; never changed, never deleted."""

    _name = "revenue.evidence"
    _inherit = ["record.append.only"]
    _description = "Revenue Evidence"
    _check_company_auto = True
    _order = "date desc, id desc"
    _rec_name = "key"

    company_id = fields.Many2one("res.company", required=True, index=True, readonly=True)
    key = fields.Char(
        required=True, readonly=True, help="Names the fact in the system it comes from, once in a company."
    )
    contract_id = fields.Many2one("revenue.contract", required=True, index=True, check_company=True, readonly=True)
    obligation_id = fields.Many2one("revenue.obligation", required=True, index=True, check_company=True, readonly=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    date = fields.Date(required=True, index=True, readonly=True, help="When it happened, not when it was heard of.")
    kind = fields.Selection(
        [(kind.key, kind.label) for kind in KINDS.values()],
        required=True,
        index=True,
        readonly=True,
        help="What the value means.",
    )
    value = fields.Float(
        digits=0, readonly=True, help="A fraction, an amount in the contract's currency, hours, or a number of units."
    )
    source = fields.Char(readonly=True, help="What it comes from: a system, a document, a person.")
    note = fields.Text(readonly=True)
    late = fields.Boolean(
        readonly=True,
        help="It was recorded when its period was locked already: the next close catches it up, and says so.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Recorded By",
        readonly=True,
        ondelete="restrict",
        index=True,
        default=lambda self: self.env.user,
    )

    _key_once = models.Constraint("UNIQUE(company_id, key)", "This evidence is recorded already.")

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Record facts, or none of them. Contract, company, lateness and who records it are not the caller's to say.

        :raises ValidationError: at the first fact that cannot be
        """
        if not all(isinstance(vals, Judged) for vals in vals_list):
            vals_list = self._judged(vals_list)
        facts = super().create(vals_list)
        facts.sudo().contract_id.filtered(lambda contract: contract.state == "draft" or contract.todo_ids)._review()
        return facts

    def _judged(self, vals_list):
        """Return the values to record.

        :raises ValidationError: at the first fact that cannot be
        """
        Obligation = self.env["revenue.obligation"]
        obligations = Obligation.browse({vals["obligation_id"] for vals in vals_list if vals.get("obligation_id")})
        judge = EvidenceJudge(self.env, obligations.exists())
        rows = []
        for vals in vals_list:
            obligation = Obligation.browse(vals.get("obligation_id") or ()).with_prefetch(obligations.ids)
            if obligation not in judge.obligations:
                raise ValidationError(self.env._("Evidence belongs to an obligation: name one."))
            try:
                rows.append(judge.judge({**vals, "date": fields.Date.to_date(vals.get("date"))}, obligation))
            except (Wrong, Refusal) as wrong:
                reason = wrong.in_words(translator(self.env)) if isinstance(wrong, Refusal) else str(wrong)
                words = {"name": obligation.display_name, "reason": sendable(reason)}
                raise ValidationError(self.env._("%(name)s: %(reason)s", **words)) from wrong
        return rows

    def _create_new(self, rows):
        """Create evidence, but for what another transaction recorded in the meantime.

        Strategy: all at once; when a key is taken, one by one, each in a savepoint.

        :param rows: values that an :class:`~.evidence_judge.EvidenceJudge` let pass
        :return: of each row its record, or an empty one where the key was taken
        """
        try:
            with self.env.cr.savepoint():
                return list(self.create(rows))
        except UniqueViolation:
            return [self._create_one(row) for row in rows]

    def _create_one(self, row):
        try:
            with self.env.cr.savepoint():
                return self.create([row])
        except UniqueViolation:
            return self.browse()

    # === RIGHTS === #

    @api.model
    def _check_may_record(self):
        """Refuse users who are no revenue accountants.

        :raises AccessError: for anybody else
        """
        if not (self.env.su or self.env.user.has_group("revenue_recognition.group_revenue_accountant")):
            raise AccessError(self.env._("Only revenue accountants and controllers may record evidence."))
