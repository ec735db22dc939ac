from odoo import api, fields, models
from odoo.fields import Command

from .billing_schedule_worth import FLAG as WORTH_FLAG
from .deferred import is_plan_deferred, plan_deferred

#: A change of one of these may make another rule fit, or another quotation template apply.
RULE_FIELDS = {"partner_id", "pricelist_id", "currency_id", "company_id", "sale_order_template_id", "state"}


class SaleOrder(models.Model):
    """The plan that a quotation template or a rule chooses: there from the first line, until somebody makes his own."""

    _inherit = "sale.order"

    billing_plan_by_hand = fields.Boolean(
        "Plan by Hand",
        copy=False,
        readonly=True,
        help="Somebody made, edited or removed the billing schedule: rules and templates leave it alone from then on.",
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        # The screen of a new order sends the list of its milestones, which is empty.
        vals_list = [
            {name: value for name, value in vals.items() if name != "billing_milestone_ids" or value}
            for vals in vals_list
        ]
        if is_plan_deferred(self):
            return super().create(vals_list)
        # All lines are there before a plan is made of them.
        orders = super(SaleOrder, plan_deferred(self)).create(vals_list)
        orders = self.browse(orders.ids)
        orders._billing_follow_lines()
        return orders

    def write(self, vals):
        rows = vals.get("billing_milestone_ids")
        result = super().write({name: value for name, value in vals.items() if name != "billing_milestone_ids"})
        if rows:
            self._billing_edit_milestones(rows)
        if vals.keys() & RULE_FIELDS and "order_line" not in vals and not is_plan_deferred(self):
            self.filtered(lambda order: order._billing_is_chosen())._billing_follow_lines()
        return result

    def _billing_edit_milestones(self, commands):
        """Write what was edited in the list of milestones on this order, with the rights on the milestones.

        The field itself is not writable: its rows are written as milestones of the order's schedules.

        :param list commands: of the field, as the screen sends them
        """
        self.ensure_one()
        # The edits of one save are checked together, in whatever order its milestones are written.
        with self._billing_kept_within_worth() as edited:
            self._billing_apply_edits(self.billing_milestone_ids._flagged(WORTH_FLAG), commands)
            touched = [command[1] for command in commands if command[0] == Command.UPDATE]
            edited.append(self.billing_milestone_ids.browse(touched))

    def _billing_apply_edits(self, mine, commands):
        """Do to ``mine``, the milestones of this order, what ``commands`` say."""
        for kind, key, values in ((*command, False, False)[:3] for command in commands):
            if kind == Command.CREATE:
                if values.get("schedule_id") not in self.billing_schedule_ids.ids:
                    raise self._kept_field_error(self._fields["billing_milestone_ids"])
                mine.create({name: value for name, value in values.items() if name != "order_id"})
            elif kind == Command.UPDATE and values:
                (mine & mine.browse(key)).write(values)
            elif kind == Command.DELETE:
                (mine & mine.browse(key)).unlink()

    # === CHOOSING A PLAN === #

    def _billing_is_chosen(self):
        """Return whether templates and rules choose this order's plan: a quotation that nobody planned or signed."""
        self.ensure_one()
        order = self.sudo()
        return (
            order.state in ("draft", "sent")
            and not order.billing_plan_by_hand
            and not order.signature
            and not order.billing_milestone_ids.attainment_ids
        )

    def _billing_quoted_template(self):
        """Return the plan (``billing.schedule.template``) that the quotation template of this order carries, if any."""
        self.ensure_one()
        return self.sudo().sale_order_template_id.billing_template_id.filtered("active")

    def _billing_apply_rules(self):
        """Give these quotations the plan that their quotation template, else the rules, say; others are left alone.

        :return: those whose plan was made just now
        """
        fresh = self.browse()
        orders = self.filtered(lambda order: order._billing_is_chosen()).sudo()
        choices = self.env["billing.schedule.rule"]._choose(orders)
        for order in orders._flagged("billing_not_by_hand"):
            template, rule = choices[order]
            schedules = order.billing_schedule_ids
            if template and schedules._is_as_chosen(template, rule):
                continue
            schedules.unlink()
            if template:
                order._billing_make_schedule(template, rule)
                fresh |= self.browse(order.id)
            if order.state == "sent" and (schedules or template):
                order._billing_log_choice(template, rule)
        return fresh

    def _billing_make_schedule(self, template, rule):
        """Create the schedule of this order (all rights) that ``template`` describes, and return it."""
        self.ensure_one()
        named = template.with_context(lang=self.partner_id.lang or self.env.lang)
        values = {"order_id": self.id, "name": named.name, "template_id": template.id, "rule_id": rule.id}
        return self.env["billing.schedule"].sudo()._flagged("billing_not_by_hand").create(values)

    def _billing_pick_schedule(self):
        """Give this order the schedule that its quotation template or the rules say, unless it has one; return it."""
        self.ensure_one()
        schedules = self.env["billing.schedule"].sudo()
        if self.sudo().billing_schedule_ids:
            return schedules
        template, rule = self.env["billing.schedule.rule"]._choose(self.sudo())[self.sudo()]
        return self.sudo()._billing_make_schedule(template, rule) if template else schedules

    def _billing_plan_confirmed(self):
        """Give these confirmed orders their plan if they have none; from now on it is theirs, whatever rules say."""
        for order in self.sudo().filtered(lambda order: not order.billing_plan_by_hand):
            if order._billing_pick_schedule() and order.signature:
                told = order._billing_for_history()
                told._billing_log(
                    told.env._("The billing schedule was chosen on confirmation: the signed quotation did not show it.")
                )
        self.sudo().filtered("billing_schedule_ids").billing_plan_by_hand = True

    def _billing_log_choice(self, template, rule):
        """Say in the chatter of a quotation that was sent already which plan it has now."""
        self.ensure_one()
        order = self._billing_for_history()
        template, rule = template.with_env(order.env), rule.with_env(order.env)
        if not template:
            order._billing_log(order.env._("No rule for billing schedules fits any more: there is none now."))
        elif rule:
            order._billing_log(
                order.env._(
                    "The billing schedule is now %(plan)s, by the rule %(rule)s.", plan=template.name, rule=rule.name
                )
            )
        else:
            order._billing_log(
                order.env._("The billing schedule is now %s, as the quotation template says.", template.name)
            )

    def _billing_made_by_hand(self):
        """Note that somebody made, edited or removed the plan of these quotations: it is kept from then on."""
        if self._is_flagged("billing_not_by_hand"):
            return
        orders = self.sudo().filtered(lambda order: order.state != "sale" and not order.billing_plan_by_hand)
        if orders:
            orders._flagged("billing_not_by_hand").billing_plan_by_hand = True


class SaleOrderTemplate(models.Model):
    _inherit = "sale.order.template"

    billing_template_id = fields.Many2one(
        "billing.schedule.template",
        "Billing Schedule",
        check_company=True,
        ondelete="set null",
        help="The plan of quotations made from this template. Left empty, the rules choose one.",
    )


class BillingPlanPart(models.AbstractModel):
    """A schedule or a milestone: editing it marks the plan as made by hand, so that rules leave it alone."""

    _name = "billing.plan.part"
    _description = "Part of a Billing Plan"

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        parts.order_id._billing_made_by_hand()
        return parts

    def write(self, vals):
        result = super().write(vals)
        if any(not name.startswith(("message_", "activity_")) for name in vals):
            self.order_id._billing_made_by_hand()
        return result

    def unlink(self):
        self.order_id._billing_made_by_hand()
        return super().unlink()

    def _is_of_other_company(self, name, company):
        """Return whether what this field holds belongs to another company than ``company``."""
        self.ensure_one()
        owner = self.sudo()[name].company_id
        return bool(owner) and owner not in company.sudo().parent_ids


class BillingSchedule(models.Model):
    _name = "billing.schedule"
    _inherit = ["billing.plan.part", "billing.schedule"]

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_flagged("billing_not_by_hand"):
            self._make_room(vals_list)
        return super().create(vals_list)

    @api.model
    def _make_room(self, vals_list):
        """Remove the plans that rules chose for the orders for which somebody makes his own.

        :param list vals_list: values of the new schedules
        :raises AccessError: for whoever may not make schedules, or not remove those
        """
        self.check_access("create")
        orders = self.env["sale.order"].browse({vals["order_id"] for vals in vals_list if vals.get("order_id")})
        chosen = orders.filtered(lambda order: order.sudo().billing_schedule_ids and order._billing_is_chosen())
        schedules = chosen.sudo().billing_schedule_ids
        self.browse(schedules.ids).check_access("unlink")
        schedules._flagged("billing_not_by_hand").unlink()

    def _is_as_chosen(self, template, rule):
        """Return whether these are the one schedule that ``template``, by ``rule``, gives their order now."""
        if len(self) != 1 or self.template_id != template or self.rule_id != rule:
            return False
        wanted = template.milestone_ids._prepare_milestones(self)
        milestones = self.milestone_ids.sorted(lambda milestone: (milestone.sequence, milestone.id))
        return len(wanted) == len(milestones) and all(
            map(type(milestones)._is_as_prepared, milestones, wanted.values())
        )


class BillingMilestone(models.Model):
    _name = "billing.milestone"
    _inherit = ["billing.plan.part", "billing.milestone"]

    def _is_as_prepared(self, values):
        """Return whether this milestone is still what ``values``, with which it would be created now, say."""
        self.ensure_one()
        for name, value in values.items():
            field = self._fields[name]
            given = self[name]
            if field.type == "many2many":
                value = set(value[0][2]) if value else set()
                given = set(given.ids)
            elif field.relational:
                given = given.id
            if (given or False) != (value or False):
                return False
        return True
