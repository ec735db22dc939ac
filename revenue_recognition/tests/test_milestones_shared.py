from odoo.fields import Command, Date
from odoo.tests import tagged

from .common import RevenueCommon


@tagged("post_install", "-at_install")
class TestSharedMilestones(RevenueCommon):
    """Orders of which several lines are measured by milestones are always worked out.

    A milestone that names an order line counts for it; one that names none counts for each obligation of its project
    that has no milestones of its own, or not for all of it. An obligation without any is not done, and says so.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.works = cls._make_product("Works", "milestones", service_tracking="project_only")
        cls._make_ssp(cls.works, 1000)
        cls.order = cls._make_order((cls.works, 1000))
        cls.order.action_confirm()
        cls.contract = cls.order.revenue_contract_id
        cls.project = cls.order.project_ids
        cls.today = Date.context_today(cls.contract)

    def _milestones(self, *shares, line=None, project=None):
        """Create milestones with shares of the whole, or of a line where one is given."""
        values = {"project_id": (project or self.project).id, "sale_line_id": line.id if line else False}
        found = self.env["project.milestone"].create(
            [{**values, "name": f"Step {number}", "quantity_percentage": share} for number, share in enumerate(shares)]
        )
        if not line:
            # Odoo alone keeps no share where there is no line; the milestones of a billing plan have one.
            self.env.flush_all()
            query = "UPDATE project_milestone SET quantity_percentage = %s WHERE id = %s"
            self.env.cr.executemany(query, list(zip(shares, found.ids, strict=True)))
            self.env.invalidate_all()
        return found

    def _add_line(self, product=None, price=1000, **values):
        """Add a line to the confirmed order, as a change order does; return it."""
        product = product or self.works
        before = self.order.order_line
        row = {"product_id": product.id, "price_unit": price, "tax_ids": [Command.clear()], **values}
        self.order.order_line = [Command.create(row)]
        return self.order.order_line - before

    def _recognised(self, contract=None):
        """Return what is recognised of each obligation, in their order."""
        contract = contract or self.contract
        found = contract._positions(self.today)[contract.id]
        self.assertIn("revenue", found, found.get("error"))
        return [found["obligations"][one.key]["recognised"] for one in contract._live_obligations().sorted("id")]

    def _proposal(self):
        return self.contract.modification_ids.filtered(lambda one: one.state == "proposed")

    def _kinds(self, contract=None):
        return {(one.kind, one.blocking) for one in (contract or self.contract).exception_ids}

    def test_change_order_that_adds_a_service(self):
        """Proposed, it changes nothing; applied, milestones that name no line count for both lines."""
        keys, _roof = self._milestones(0, 0)
        self.contract.action_review()
        keys.is_reached = True
        self.assertEqual(self._recognised(), [500])
        line = self._add_line()
        self.assertEqual(self._recognised(), [500])
        proposal = self._proposal()
        self.assertFalse([column["error"] for column in proposal.get_comparison()["columns"] if column["error"]])
        proposal.action_apply_as("separate", "Sold alone")
        self.assertEqual(self._recognised(), [500, 500])
        self.assertFalse(self._kinds())
        self._milestones(0.5, 0.5, line=line)
        self.assertEqual(self._recognised(), [500, 0])

    def test_service_with_its_own_project_has_no_milestone_yet(self):
        """It is not done, the rest is worked out, and somebody is asked to plan it."""
        keys, _roof = self._milestones(0.5, 0.5, line=self.order.order_line)
        self.contract.action_review()
        keys.is_reached = True
        line = self._add_line(project_id=self.env["project.project"].create({"name": "Own"}).id)
        self._proposal().action_apply_as("separate", "Sold alone")
        self.assertEqual(self._recognised(), [500, 0])
        self.assertEqual((self.contract.state, self._kinds()), ("active", {("milestones", False)}))
        done = self._milestones(0, project=line.project_id)
        done.is_reached = True
        self.contract.action_review()
        self.assertEqual((self._recognised(), self._kinds()), ([500, 1000], set()))

    def test_plan_of_the_whole_order_in_the_orders_project(self):
        """Milestones with a share and no line speak for every line of the order, wherever it is delivered."""
        first, _second = self._milestones(0.4, 0.6)
        self.contract.action_review()
        first.is_reached = True
        self._add_line(project_id=self.env["project.project"].create({"name": "Own"}).id)
        self._proposal().action_apply_as("separate", "Sold alone")
        self.assertEqual(self._recognised(), [400, 400])

    def test_own_milestones_for_a_part(self):
        """What they leave of the whole is made up by those that cover several lines."""
        line = self.order.order_line
        (own,) = self._milestones(0.4, line=line)
        shared = self._milestones(0.3, 0.3)
        own.is_reached = True
        self.contract.action_review()
        self.assertEqual(self._recognised(), [400])
        shared[0].is_reached = True
        self.assertEqual(self._recognised(), [700])

    def test_two_projects_in_one_order(self):
        """Each line has the milestones of its own project; those without a share are the project's alone."""
        other = self._make_product("Other", "milestones", service_tracking="project_only")
        self._make_ssp(other, 1000)
        projects = self.env["project.project"].create([{"name": name} for name in ("One", "Two")])
        lines = [(self.works, 1000, {"project_id": projects[0].id}), (other, 1000, {"project_id": projects[1].id})]
        order = self._make_order(*lines)
        order.action_confirm()
        contract = order.revenue_contract_id
        self._milestones(0, 0, project=projects[0])[0].is_reached = True
        self.assertEqual(self._recognised(contract), [500, 0])
        self._milestones(0, project=projects[1]).is_reached = True
        contract.action_review()
        self.assertEqual((self._recognised(contract), contract.state), ([500, 1000], "active"))

    def test_deleted_milestone(self):
        """What is left weighs as it did; none left is nothing done. Either is said and computed."""
        keys, roof = self._milestones(0.5, 0.5, line=self.order.order_line)
        self.contract.action_review()
        keys.is_reached = True
        roof.unlink()
        self.contract.action_review()
        self.assertEqual((self._recognised(), self._kinds()), ([500], {("weights", False)}))
        keys.unlink()
        self.contract.action_review()
        self.assertEqual((self._recognised(), self._kinds()), ([0], {("milestones", False)}))
        self.assertEqual(self.contract.state, "active")

    def test_shares_of_more_than_the_whole(self):
        """They are brought down to the whole, and somebody is asked to correct them."""
        first, _second = self._milestones(1.0, 0.6, line=self.order.order_line)
        self.contract.action_review()
        first.is_reached = True
        self.assertEqual((self._recognised(), self._kinds()), ([625], {("weights", False)}))

    def test_order_that_mixes_measures(self):
        """What needs no milestone is earned though another obligation has none yet."""
        support = self._make_product("Support", "subscription")
        self._make_ssp(support, 1200)
        dates = {"revenue_start": "2026-01-01", "revenue_end": "2026-01-31"}
        order = self._make_order((self.works, 1000), (support, 1200, dates), date_order="2026-01-01 12:00:00")
        order.action_confirm()
        contract = order.revenue_contract_id
        contract.date = "2026-01-01"
        self.assertEqual((contract.state, self._kinds(contract)), ("active", {("milestones", False)}))
        self.assertEqual(self._recognised(contract), [0, 1200])

    def test_milestone_of_a_project_shared_by_two_customers_orders(self):
        """It is of the order whose tasks it has; without tasks nobody knows, and that is asked."""
        other = self._make_order((self._make_product("More works", "milestones"), 1000), project_id=self.project.id)
        other.action_confirm()
        keys, roof = self._milestones(0, 0)
        contracts = self.contract | other.revenue_contract_id
        contracts.action_review()
        self.assertEqual({(one.kind, one.blocking) for one in contracts.exception_ids}, {("shared_milestones", True)})
        tasks = [
            {"name": "Work", "project_id": self.project.id, "milestone_id": milestone.id, "sale_line_id": line.id}
            for milestone, line in ((keys, self.order.order_line), (roof, other.order_line))
        ]
        self.env["project.task"].create(tasks)
        keys.is_reached = True
        contracts.action_review()
        self.assertEqual([self._recognised(one) for one in contracts], [[1000], [0]])

    def test_milestones_that_the_other_order_does_not_need(self):
        """Where the other order has milestones of its own, those that name no line are of this one."""
        other = self._make_order((self._make_product("More works", "milestones"), 1000), project_id=self.project.id)
        other.action_confirm()
        self._milestones(1, line=other.order_line)
        self._milestones(0, 0)[0].is_reached = True
        contracts = self.contract | other.revenue_contract_id
        contracts.action_review()
        self.assertEqual([self._recognised(one) for one in contracts], [[500], [0]])

    def test_change_that_cannot_be_worked_out(self):
        """The reason stands where it would be applied, and applying says it too."""
        self._milestones(0, 0)
        self.contract.action_review()
        bare = self._make_product("Bare", "one_time")
        self._add_line(bare)
        proposal = self._proposal()
        self.assertRegex(proposal.hindrance, "Bare has no standalone selling price")
        self.assertTrue(all(column["error"] for column in proposal.get_comparison()["columns"][1:]))
        self._make_ssp(bare, 1000)
        proposal.action_work_out()
        self.assertFalse(proposal.hindrance)
