from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .billing_acceptance import OPEN, STATES
from .res_company import LONGEST_DAYS, SENDING

TERMS = {"needs_acceptance", "acceptance_days"}


class BillingMilestone(models.Model):
    """A milestone may need the customer's acceptance: then nothing else attains it."""

    _inherit = "billing.milestone"

    needs_acceptance = fields.Boolean(
        groups="base.group_user",
        help="The customer accepts it on the portal, signed. What makes it due then only makes it ready for that.",
    )
    acceptance_days = fields.Integer(
        "Deemed Accepted After",
        compute="_compute_acceptance_terms",
        store=True,
        readonly=False,
        groups="base.group_user",
        help="Business days after which it counts as accepted where the customer says nothing. Zero: never.",
    )
    acceptance_days_agreed = fields.Boolean(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The days were entered for this milestone: they hold also where the customer's silence is none otherwise.",
    )
    acceptance_reminder_days = fields.Integer(
        "Remind Before",
        compute="_compute_acceptance_terms",
        store=True,
        readonly=False,
        groups="base.group_user",
        help="So many business days before it is deemed accepted, the customer is reminded. Zero: not at all.",
    )
    acceptance_sending = fields.Selection(
        SENDING,
        "Asking for Acceptance",
        compute="_compute_acceptance_terms",
        store=True,
        readonly=False,
        groups="base.group_user",
        help="Who sends the request once it is ready: a project manager chooses files and deliverables first.",
    )
    acceptance_contact_ids = fields.One2many(
        "billing.acceptance.contact",
        "milestone_id",
        "Who Accepts",
        copy=True,
        groups="base.group_user",
        help="One after the other. Left empty, whom the customer's contact names, else the contact of the order.",
    )
    acceptance_ids = fields.One2many(
        "billing.acceptance", "milestone_id", "Acceptances", copy=False, groups="base.group_user"
    )
    acceptance_ready_percent = fields.Float(
        "Ready for Acceptance (cumulative %)",
        digits=(16, 6),
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="To how much the work is done, as tasks, days or deliveries say.",
    )
    acceptance_ready_on = fields.Date(
        readonly=True, copy=False, groups="base.group_user", help="The day on which it became ready for acceptance."
    )
    acceptance_ready_facts = fields.Json(
        readonly=True,
        copy=False,
        groups="base.group_user",
        export_string_translation=False,
        help="What is ready beside the percentage, such as what was delivered of each line.",
    )
    acceptance_state = fields.Selection(
        STATES,
        "Acceptance",
        compute="_compute_acceptance_state",
        store=True,
        groups="base.group_user",
        help="Where the last request for acceptance stands.",
    )
    acceptance_until = fields.Date(
        "Answer Until",
        compute="_compute_acceptance_state",
        store=True,
        groups="base.group_user",
        help="The last business day for the customer's answer.",
    )

    _kept_fields = frozenset({"acceptance_ids"})

    # === COMPUTE METHODS === #

    @api.depends("needs_acceptance", "order_id.partner_id")
    def _compute_acceptance_terms(self):
        for milestone in self:
            if not milestone.needs_acceptance:
                milestone.acceptance_days = milestone.acceptance_reminder_days = 0
                milestone.acceptance_sending = False
                continue
            company = (milestone.company_id or self.env.company).sudo()
            milestone.acceptance_days = milestone._usual_acceptance_days()
            milestone.acceptance_reminder_days = company.billing_acceptance_reminder_days
            milestone.acceptance_sending = company.billing_acceptance_sending

    def _acceptance_customer(self):
        """Return the customer whose agreements about acceptance count (``res.partner``, of the milestone's company)."""
        self.ensure_one()
        company = self.company_id or self.env.company
        return self.sudo().order_id.partner_id.commercial_partner_id.with_company(company)

    def _usual_acceptance_days(self):
        """Return the business days that customer or company say; 0 for never."""
        customer = self._acceptance_customer()
        company = (self.company_id or self.env.company).sudo()
        days = customer.billing_acceptance_days or company.billing_acceptance_days
        return 0 if customer.billing_acceptance_never else days

    @api.depends("acceptance_ids.state", "acceptance_ids.answer_until")
    def _compute_acceptance_state(self):
        for milestone in self:
            last = milestone.sudo().acceptance_ids.sorted("round")[-1:]
            milestone.acceptance_state = last.state
            milestone.acceptance_until = last.answer_until if last.state == "open" else False

    # === CONSTRAINT METHODS === #

    @api.constrains("acceptance_days", "acceptance_reminder_days")
    def _check_acceptance_days(self):
        for milestone in self:
            for days in (milestone.acceptance_days, milestone.acceptance_reminder_days):
                if not 0 <= days <= LONGEST_DAYS:
                    raise ValidationError(
                        self.env._(
                            "%(milestone)s: days of acceptance are from 0 to %(most)s, not %(days)s.",
                            milestone=milestone.name,
                            most=LONGEST_DAYS,
                            days=days,
                        )
                    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        milestones = super().create(vals_list)
        given = [
            milestone.id for milestone, vals in zip(milestones, vals_list, strict=True) if "acceptance_days" in vals
        ]
        milestones.browse(given)._note_agreed_days()
        return milestones

    def write(self, vals):
        if "needs_acceptance" in vals:
            self._check_acceptance_kept(vals["needs_acceptance"])
        dropped = self.filtered("needs_acceptance") if "needs_acceptance" in vals else self.browse()
        added = self - dropped
        result = super().write(vals)
        if "acceptance_days" in vals:
            self._note_agreed_days()
        dropped.filtered(lambda milestone: not milestone.needs_acceptance)._drop_acceptance()
        if vals.get("needs_acceptance"):
            # A project milestone that was reached before it was accepted is not reached yet.
            added.filtered(lambda milestone: not milestone.attained_percent)._sync_project_milestones()
        if vals.keys() & {"name", "percent", "amount_fixed", "amount_type", "line_ids"}:
            self._renew_acceptances()
        return result

    def unlink(self):
        self.sudo().acceptance_ids._withdraw("deleted")
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_answered(self):
        for milestone in self.sudo():
            if milestone.acceptance_ids.answer_ids:
                raise UserError(
                    self.env._(
                        "A customer answered for milestone %s: it is history now. Undo it, or plan another one.",
                        milestone.display_name,
                    )
                )

    def _note_agreed_days(self):
        """Keep whether the days of these milestones were entered for themselves, other than customer or company say."""
        if self._is_flagged("acceptance_of_template"):
            return
        for milestone in self.sudo().filtered("needs_acceptance"):
            milestone.acceptance_days_agreed = milestone.acceptance_days != milestone._usual_acceptance_days()

    def _drop_foreign_contacts(self):
        """Forget who accepts these milestones and is no contact of the order's customer: the order got another one."""
        self.sudo().acceptance_contact_ids.filtered(
            lambda row: (
                row.partner_id.commercial_partner_id != row.milestone_id.order_id.partner_id.commercial_partner_id
            )
        ).unlink()

    def _check_acceptance_kept(self, needed):
        """Refuse that acceptance is dropped once a customer was asked, but by billing managers.

        :raises AccessError: for anybody else
        """
        asked = self.filtered(lambda row: row.needs_acceptance and (row.acceptance_ready_percent or row.acceptance_ids))
        if needed or not asked or self.env.su or self.env.user.has_group("milestone_billing.group_billing_manager"):
            return
        raise AccessError(
            self.env._(
                "%s is ready for acceptance, so only a billing manager decides that it needs none.",
                asked[0].display_name,
            )
        )

    def _drop_acceptance(self):
        """Withdraw what is asked, and attain what is ready: acceptance is not needed any more."""
        for milestone in self.sudo():
            milestone.acceptance_ids._withdraw("not_needed")
            percent, day = milestone.acceptance_ready_percent, milestone.acceptance_ready_on
            facts = milestone._facts_to_ask(percent)
            milestone._note_ready(0.0, False)
            if milestone.acceptance_ids or percent:
                order = milestone.order_id._billing_for_history()
                order._billing_log(
                    order.env._(
                        "%(name)s needs no acceptance any more: %(user)s said so.",
                        name=milestone.name,
                        user=self.env.user.name,
                    )
                )
            if percent > milestone.attained_percent and milestone.order_id.state == "sale":
                milestone.sudo(self.env.su)._attain(percent, day, "manual", **facts)

    def _open_acceptance(self):
        """Return the request that is prepared or waits for an answer (``billing.acceptance``, as superuser)."""
        self.ensure_one()
        return self.sudo().acceptance_ids.filtered(lambda row: row.state in OPEN)[:1]
