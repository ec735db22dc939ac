from odoo.fields import Command

from .test_run import RunCommon

SECTION, SUBSECTION, NOTE = "line_section", "line_subsection", "line_note"


class HeadingsCommon(RunCommon):
    @classmethod
    def _make_mixed(cls, rows, **values):
        """Return a confirmed order with a plan on its lines of the service; those of advice are not in it.

        :param rows: prices (a planned line, two halves), ``"120"`` for advice, or (kind, text) of headings and notes
        """
        commands = []
        for number, row in enumerate(rows):
            if isinstance(row, tuple):
                line = {"display_type": row[0], "name": row[1]}
            else:
                product = cls.advice if isinstance(row, str) else cls.service
                line = {"product_id": product.id, "price_unit": float(row), "tax_ids": [Command.clear()]}
            commands.append(Command.create({"sequence": number, **line}))
        order = cls.env["sale.order"].create({"partner_id": cls.customer.id, "order_line": commands, **values})
        planned = order.order_line.filtered(lambda line: line.product_id == cls.service)
        plan = [{"name": name, "due_on": "manual", "percent": 50.0} for name in ("Design", "Handover")]
        cls._make_schedule(order, *plan, cover_all=False, line_ids=[Command.set(planned.ids)])
        order.action_confirm()
        return order

    @classmethod
    def _layout(cls, invoice):
        """Return what stands on an invoice, from its top: headings and notes as (kind, text), lines as amounts."""
        return [
            line.price_subtotal if line.display_type == "product" else (line.display_type, line.name)
            for line in invoice.invoice_line_ids.sorted(lambda line: (line.sequence, line.id))
        ]

    def _subtotals(self, invoice):
        headings = invoice.invoice_line_ids.filtered(lambda line: line.display_type in (SECTION, SUBSECTION))
        return {line.name: line.get_section_subtotal() for line in headings}


class TestBySource(HeadingsCommon):
    """Where an order has what is due of several sources, each has its subtotal."""

    def test_an_order_with_milestones_and_one_time_work(self):
        order = self._make_mixed(["80", 1000.0, "120"])
        order.billing_milestone_ids[0].action_attain()
        preview = self._preview()["invoices"]
        status = self._run("run")["invoices"]
        self.assertEqual([row["total"] for row in status], [row["total"] for row in preview])
        self.assertEqual(
            self._layout(order.invoice_ids),
            [(SECTION, "Goods and Services"), 80.0, 120.0, (SECTION, "Milestones"), 500.0],
        )
        self.assertEqual(self._subtotals(order.invoice_ids), {"Goods and Services": 200.0, "Milestones": 500.0})

    def _make_combo(self, name, product):
        """Return a product that is sold with another one."""
        combo = self.env["product.combo"].create(
            {"name": name, "combo_item_ids": [Command.create({"product_id": product.id})]}
        )
        return self.env["product.product"].create(
            {"name": name, "type": "combo", "combo_ids": [Command.set(combo.ids)], "list_price": 120.0}
        )

    def test_a_combo_stands_above_its_own_lines_and_is_billed_once(self):
        kit = self._make_combo("Starter kit", self.advice)
        order = self._make_mixed([(SECTION, "Phase 1"), "80", 1000.0])
        values = {"product_id": kit.id, "sequence": 1, "tax_ids": [Command.clear()]}
        top = self.env["sale.order.line"].create({"order_id": order.id, **values})
        values = {"product_id": self.advice.id, "sequence": 1, "tax_ids": [Command.clear()], "price_unit": 120.0}
        item = {"linked_line_id": top.id, "combo_item_id": kit.combo_ids.combo_item_ids.id}
        self.env["sale.order.line"].create({"order_id": order.id, **values, **item})
        order.invalidate_recordset(["order_line"])
        order.billing_milestone_ids[0].action_attain()
        status = self._run("run")
        self.assertEqual(status["counts"]["billed"], 1)
        self.assertEqual(
            self._layout(order.invoice_ids),
            [
                *((SECTION, "Goods and Services"), (SUBSECTION, "Phase 1"), 80.0),
                *((SUBSECTION, "Starter kit x 1"), 120.0),
                *((SECTION, "Milestones"), (SUBSECTION, "Phase 1"), 500.0),
            ],
        )
        self.assertEqual((top.qty_invoiced, top.qty_to_invoice), (1.0, 0.0))

    def test_one_source_has_no_heading(self):
        order = self._make_mixed([1000.0, "120"])
        self._run("advice")
        self.assertEqual(self._layout(order.invoice_ids), [120.0])
        order.billing_milestone_ids[0].action_attain()
        self._run("design")
        self.assertEqual(self._layout(order.invoice_ids - order.invoice_ids[-1:]), [500.0])

    def test_below_its_order_where_the_invoice_has_several(self):
        order = self._make_mixed([(SECTION, "Phase 1"), 1000.0, "120", (NOTE, "As agreed")])
        plain = self._make_plain(70.0)
        order.billing_milestone_ids[0].action_attain()
        self._run("run")
        invoice = order.invoice_ids
        self.assertEqual(
            self._layout(invoice),
            [
                (SECTION, f"Order {order.name}"),
                (SUBSECTION, "Milestones"),
                (NOTE, "Phase 1"),
                500.0,
                (SUBSECTION, "Goods and Services"),
                (NOTE, "Phase 1"),
                120.0,
                (NOTE, "As agreed"),
                (SECTION, f"Order {plain.name}"),
                70.0,
            ],
        )
        subtotals = self._subtotals(invoice)
        self.assertEqual((subtotals["Milestones"], subtotals[f"Order {order.name}"]), (500.0, 620.0))

    def test_sections_of_the_order_stand_below_its_sources(self):
        order = self._make_mixed([(SECTION, "Phase 1"), 1000.0, "120", (SECTION, "Phase 2"), "30"])
        order.billing_milestone_ids[0].action_attain()
        self._run("run")
        self.assertEqual(
            self._layout(order.invoice_ids),
            [
                (SECTION, "Milestones"),
                (SUBSECTION, "Phase 1"),
                500.0,
                (SECTION, "Goods and Services"),
                (SUBSECTION, "Phase 1"),
                120.0,
                (SUBSECTION, "Phase 2"),
                30.0,
            ],
        )

    def test_what_an_order_hides_on_paper_stays_hidden(self):
        order, _plain = self._make_mixed([(SECTION, "Phase 1"), 1000.0, "120"]), self._make_plain(70.0)
        order.order_line[0].collapse_prices = True
        order.billing_milestone_ids[0].action_attain()
        self._run("run")
        heading = order.invoice_ids.invoice_line_ids.filtered(lambda line: line.name == "Phase 1")
        self.assertRecordValues(heading, [{"display_type": SUBSECTION, "collapse_prices": True}])

    def test_down_payments_come_off_below_all_sources(self):
        order = self._make_mixed([1000.0, "120"])
        wizard = self.env["sale.advance.payment.inv"].create(
            {"sale_order_ids": order, "advance_payment_method": "fixed", "fixed_amount": 150.0}
        )
        advance = wizard._create_invoices(order)
        advance.action_post()
        order.billing_milestone_ids[0].action_attain()
        preview = self._preview()["invoices"]
        status = self._run("run")["invoices"]
        self.assertEqual([row["total"] for row in status], [row["total"] for row in preview])
        layout = self._layout(order.invoice_ids - advance)
        self.assertEqual(layout[:4], [(SECTION, "Milestones"), 500.0, (SECTION, "Goods and Services"), 120.0])
        self.assertEqual((layout[4][0], layout[5:]), (SECTION, [-150.0]))

    def test_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.customer.lang = "de_DE"
        order = self._make_mixed([1000.0, "120"])
        order.billing_milestone_ids[0].action_attain()
        self._run("run")
        self.assertEqual(list(self._subtotals(order.invoice_ids)), ["Meilensteine", "Waren und Leistungen"])

    def test_odoos_own_button_has_none(self):
        order = self._make_mixed([1000.0, "120"])
        order.billing_milestone_ids[0].action_attain()
        self.assertEqual(self._layout(order._create_invoices()), [500.0, 120.0])


class TestOnSeveralInvoices(HeadingsCommon):
    """Where a run bills an order on several invoices, headings and notes are not on all of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.billing_one_invoice_per = "milestone"
        rows = [(NOTE, "Gate 3"), 1000.0, (SECTION, "Advice"), (NOTE, "By phone"), "120"]
        cls.order = cls._make_mixed(rows)
        cls.order.billing_milestone_ids.action_attain()

    def test_a_heading_is_where_its_lines_are_and_a_note_on_the_first(self):
        self._run("run")
        layouts = [self._layout(invoice) for invoice in self.order.invoice_ids.sorted("id")]
        self.assertEqual(
            layouts,
            [[(NOTE, "Gate 3"), (SECTION, "Advice"), (NOTE, "By phone"), 120.0], [500.0], [500.0]],
        )

    def test_also_where_each_invoice_is_tried_alone(self):
        self.env.flush_all()
        self.runs.start(str(self.today), None, "alone")
        for row in self.runs.search([("key", "=", "alone")]).invoice_ids:
            row._bill_alone()
        self.assertEqual(sum((NOTE, "Gate 3") in self._layout(invoice) for invoice in self.order.invoice_ids), 1)

    def test_the_next_run_says_a_note_anew(self):
        self._run("run")
        self.order.order_line[-1].copy({"order_id": self.order.id, "price_unit": 30.0})
        before = self.order.invoice_ids
        self._run("next")
        self.assertIn((NOTE, "Gate 3"), self._layout(self.order.invoice_ids - before))

    def test_what_was_said_on_a_draft_that_was_cancelled_is_said_again(self):
        self.env.flush_all()
        self.runs.start(str(self.today), None, "cancelled")
        first, *others = self.runs.search([("key", "=", "cancelled")]).invoice_ids
        first._bill()
        first.move_id.button_cancel()
        for row in others:
            row._bill()
        self.assertEqual(sum((NOTE, "Gate 3") in self._layout(row.move_id) for row in others), 1)
