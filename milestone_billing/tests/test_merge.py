from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestMerge(BillingCommon):
    """Contacts are merged by SQL: plans, holds and what is held follow all the same."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partners = cls.env["res.partner"]
        cls.group = partners.create({"name": "Harbour Group", "is_company": True})
        cls.twin, cls.contact = partners.create(
            [{"name": "Harbour Works"}, {"name": "Quay Office", "parent_id": cls.group.id}]
        )

    def _start(self, customer):
        order = self._make_order(1000.0, partner_id=customer.id, product=self.plain)
        milestone = self._make_schedule(order, 100).milestone_ids
        order.action_confirm()
        return milestone

    def _hold(self, partner):
        return self.env["billing.hold"].create({"partner_id": partner.id, "reason": "Disputed"})

    def _merge(self, source, into):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((source | into).ids, into)
        self.assertFalse(source.exists())

    def test_hold_comes_along_and_holds_all_of_the_one_that_stays(self):
        mine, theirs = self._start(self.customer), self._start(self.twin)
        hold = self._hold(self.twin)
        self._merge(self.twin, self.customer)
        self.assertEqual(hold.partner_id, self.customer)
        self.assertEqual((mine | theirs).mapped("is_held"), [True, True])
        self.assertEqual((mine | theirs).mapped("status"), ["held", "held"])
        (mine | theirs).action_attain()
        self._drain()
        self.assertEqual((mine | theirs).mapped("state"), ["blocked", "blocked"])
        hold.action_release()
        self.assertEqual(self._drain()["billed"], 2)

    def test_plans_and_holds_belong_to_the_company_of_the_contact_that_stays(self):
        milestone, sibling = self._start(self.twin), self._start(self.group)
        hold = self._hold(self.twin)
        self._merge(self.twin, self.contact)
        self.assertRecordValues(
            milestone.schedule_id, [{"partner_id": self.contact.id, "commercial_partner_id": self.group.id}]
        )
        self.assertEqual(milestone.partner_id, self.contact)
        self.assertEqual(hold.partner_id, self.group)
        self.assertEqual((milestone | sibling).mapped("is_held"), [True, True])

    def test_what_no_hold_keeps_any_more_is_billed(self):
        office = self.env["res.partner"].create({"name": "Pier Office", "parent_id": self.customer.id})
        milestone, other = self._start(self.contact), self._start(office)
        self._hold(self.group)
        milestone.action_attain()
        self._drain()
        self.assertEqual(milestone.state, "blocked")
        self._merge(self.contact, office)
        self._drain()
        self.assertEqual((milestone | other).mapped("is_held"), [False, False])
        self.assertEqual(milestone.state, "invoiced", milestone.block_reason)
        self.assertEqual(milestone.attainment_ids.partner_id, office)

    def test_contact_that_joins_a_held_company_is_held(self):
        milestone = self._start(self.customer)
        self._hold(self.group)
        self._merge(self.contact, self.customer)
        self.assertEqual(self.customer.commercial_partner_id, self.group, "Odoo fills what was empty")
        self.assertTrue(milestone.is_held)
