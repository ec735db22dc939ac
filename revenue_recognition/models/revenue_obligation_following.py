"""Obligations follow their order lines in what they copy from them: analytic distribution, income account, project."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

#: Obligations of confirmed orders, with their order lines.
FOLLOWING = """
      FROM revenue_obligation o
      JOIN revenue_contract k ON k.id = o.contract_id
      JOIN revenue_obligation_sale_line_rel r ON r.obligation_id = o.id
      JOIN sale_order_line l ON l.id = r.sale_line_id
      JOIN sale_order s ON s.id = l.order_id AND s.state = 'sale'
      LEFT JOIN project_task t ON t.id = l.task_id
     WHERE k.company_id = %(company)s AND k.state = 'active' AND %(among)s
"""


class RevenueObligation(models.Model):
    """The account, distribution and project of an obligation, which follow its order line and product.

    What is booked stays where it is. What is booked from then on goes where the order line, or its product, says by
    then; a close says so before it is posted. What an accountant entered here stays, until the order changes.
    """

    _inherit = "revenue.obligation"

    followed_distribution = fields.Json(
        readonly=True, copy=False, help="The distribution that its order lines had when it last followed them."
    )
    followed_account_id = fields.Many2one(
        "account.account",
        readonly=True,
        copy=False,
        help="The account that its policy or product had when it last followed them.",
    )
    followed_project_id = fields.Many2one(
        "project.project", readonly=True, copy=False, help="The project of its order lines when it last followed them."
    )
    moved_at = fields.Datetime(
        readonly=True, copy=False, help="When order or product last changed where its revenue is booked."
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        obligations = super().create(vals_list)
        for obligation, vals in zip(obligations.sudo(), vals_list, strict=True):
            if obligation.sale_line_ids and "followed_account_id" not in vals:
                obligation.write(obligation._followed_values())
        return obligations

    # === BUSINESS METHODS === #

    @api.model
    def _follow_lines(self, company, contracts=None):
        """Have obligations of active contracts follow what order lines and products changed since.

        Two queries find those concerned, whatever changed them; the rest is not read.

        :param company: whose contracts they are
        :param contracts: some of them; none for all
        """
        self.env.flush_all()
        among = SQL("k.id = ANY(%s)", contracts.ids) if contracts is not None else SQL("TRUE")
        values = {"company": company.id, "among": among}
        query = f"""
            SELECT DISTINCT o.id {FOLLOWING}
               AND (l.analytic_distribution IS DISTINCT FROM o.followed_distribution
                    OR COALESCE(l.project_id, t.project_id, s.project_id) IS DISTINCT FROM o.followed_project_id)
        """
        changed = [row_id for (row_id,) in self.env.execute_query(SQL(query, **values))]
        changed += self._with_other_accounts(company, values)
        for one in self.sudo().browse(sorted(set(changed))).with_company(company):
            one._follow_own_lines()

    def _with_other_accounts(self, company, values):
        """Return the ids of obligations whose product, category or policy has another income account by now."""
        found = []
        for obligations, account in self._accounts_of_lines(company, values):
            if obligations[0].followed_account_id != account:
                found += obligations.ids
        return found

    def _accounts_of_lines(self, company, values):
        """Return obligations together with the income account of their lines, worked out once for each product, policy
        version and fiscal position.

        :param dict values: which obligations, see :data:`FOLLOWING`
        """
        query = f"""
            SELECT ARRAY_AGG(DISTINCT o.id) {FOLLOWING}
             GROUP BY o.product_id, o.policy_version_id, s.fiscal_position_id, o.followed_account_id
        """
        for (ids,) in self.env.execute_query(SQL(query, **values)):
            obligations = self.sudo().browse(ids).with_company(company)
            yield obligations, obligations[0]._account_of_lines()

    def _follow_own_lines(self):
        """Take over what changed since; the project only while nothing is booked, for its facts would change."""
        self.ensure_one()
        now = self._followed_values()
        own = {
            "followed_distribution": "analytic_distribution",
            "followed_account_id": "revenue_account_id",
            "followed_project_id": "project_id",
        }
        booked = self.contract_id._is_booked()
        changes = {}
        for name, field in own.items():
            before = self[name].id if isinstance(self[name], models.BaseModel) else self[name]
            if (now[name] or False) == (before or False):
                continue
            if field == "project_id" and booked:
                continue
            changes |= {name: now[name], field: now[name]}
        if booked and {"analytic_distribution", "revenue_account_id"} & set(changes):
            changes["moved_at"] = fields.Datetime.now()
        if changes:
            self.write(changes)

    def _followed_values(self):
        """Return what the order lines say of where revenue is booked and progress is read."""
        lines = self.sale_line_ids
        return {
            "followed_distribution": lines._revenue_distribution() or False,
            "followed_account_id": self._account_of_lines().id,
            "followed_project_id": lines._revenue_project().id,
        }

    def _account_of_lines(self):
        if not (self.sale_line_ids and self.policy_version_id):
            return self.revenue_account_id
        return self.sale_line_ids._revenue_income_account(self.policy_version_id)

    def _income_account(self):
        """Return where its revenue is booked: the account entered, else as its policy or product says; or none."""
        self.ensure_one()
        if self.revenue_account_id or (self.sale_line_ids and self.policy_version_id):
            return self.revenue_account_id or self._account_of_lines()
        own = self.company_id._revenue_account("revenue", self.policy_version_id)
        return own or self.product_id.product_tmpl_id._get_product_accounts()["income"]

    # === PROJECTS === #

    def _of_other_projects(self, company):
        """Return the obligations whose orders are delivered in another project than progress is read from."""
        query = f"""
            SELECT DISTINCT o.id {FOLLOWING}
               AND COALESCE(l.project_id, t.project_id, s.project_id) IS DISTINCT FROM o.followed_project_id
        """
        rows = self.env.execute_query(SQL(query, company=company.id, among=SQL("TRUE")))
        found = self.sudo().browse([row_id for (row_id,) in rows])
        return found.filtered(lambda one: one.sale_line_ids._revenue_project() != one.followed_project_id)

    def action_follow_project(self):
        """Read progress from the project that the order lines are delivered in now.

        Hours, cost and milestones of the project before count no more; what that changes is caught up.

        :raises AccessError: for anybody but revenue accountants
        :raises UserError: where the order lines have no project
        """
        self.ensure_one()
        self.check_access("write")
        # What the user may not see of orders was left out when it was read as that user.
        self.invalidate_recordset(["sale_line_ids"])
        project = self.sudo().sale_line_ids._revenue_project()
        if not project:
            raise UserError(self.env._("The order lines of %s are delivered in no project.", self.name))
        self.sudo().write({"project_id": project.id, "followed_project_id": project.id})
        self.sudo().contract_id._review()
