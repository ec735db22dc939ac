"""A database of the last released version becomes one of this version: with all its facts, and the work goes on."""

import pytest

from odoo_dev.addons import own_addons

#: What an update leaves as it is: each fact, each sum that was billed or booked, and where it stands.
FACTS = {
    "milestones": """
        SELECT milestone.id, milestone.name, milestone.amount, milestone.attained_percent, milestone.attained_date,
               milestone.due_amount, milestone.billed_amount, milestone.credited_amount, milestone.to_bill_amount,
               milestone.is_held
          FROM billing_milestone milestone ORDER BY id""",
    "shares": """
        SELECT id, milestone_id, line_id, amount, due_amount, invoiced_amount, credited_amount, to_bill_amount
          FROM billing_milestone_allocation ORDER BY id""",
    "attainments": """
        SELECT id, milestone_id, percent, date, source, key, state, move_id FROM billing_attainment ORDER BY id""",
    "holds": "SELECT id, partner_id, order_id, milestone_id, reason, is_active FROM billing_hold ORDER BY id",
    "ledger": """
        SELECT line.id, move.name, move.state, move.date, line.account_id, line.balance, line.amount_currency,
               line.analytic_distribution::text, line.billing_key, line.revenue_posting_id
          FROM account_move_line line JOIN account_move move ON move.id = line.move_id ORDER BY line.id""",
    "orders": """
        SELECT id, state, amount_total, invoice_status FROM sale_order ORDER BY id""",
    "order lines": """
        SELECT id, price_subtotal, qty_invoiced, qty_to_invoice, untaxed_amount_invoiced, invoice_status
          FROM sale_order_line ORDER BY id""",
    "contracts": "SELECT id, name, state, date FROM revenue_contract ORDER BY id",
    "entries": """
        SELECT close_id, contract_id, obligation_id, kind, sum(amount), count(*)
          FROM revenue_entry GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4""",
    "closes": "SELECT id, name, date, state, prepared_by_id, approved_by_id FROM revenue_close ORDER BY id",
}
DRAIN = "env['billing.attainment']._drain(); env.cr.commit()"
GO_ON = """
milestone = env['billing.milestone'].search([
    ('state', '=', 'planned'), ('due_on', 'in', ('manual', 'task')), ('is_held', '=', False),
    ('order_id.state', '=', 'sale'), ('amount', '>', 0), ('schedule_id.invoice_policy', '!=', 'draft'),
], order='id', limit=1)
milestone.action_attain()
env['billing.attainment']._drain()
line = milestone.invoice_line_ids
print('billed:', milestone.billed_amount == milestone.amount, set(line.mapped('parent_state')))
closes = env['revenue.close'].search([('state', 'in', ('posted', 'locked'))])
print('differences:', [str(close.name) for close in closes if close.difference])
env.cr.commit()
"""


def facts_of(database):
    """What is on record: ``{title: rows}``."""
    return {title: database.query(statement) for title, statement in FACTS.items()}


#: A plan could be archived, and its milestones went on billing while nothing of its order followed it any more.
ARCHIVE = """
    UPDATE billing_schedule SET active = FALSE
     WHERE id = (SELECT min(id) FROM billing_schedule WHERE state = 'running') RETURNING id"""


@pytest.fixture(scope="module")
def archived(landed_database):
    """The id of a running plan that somebody archived."""
    [[plan]] = landed_database.query(ARCHIVE)
    return plan


@pytest.fixture(scope="module")
def updated(landed_database, archived):
    """The released database, updated; and what was on record before."""
    before = facts_of(landed_database)
    names = ",".join(own_addons())
    title = "Updating a database of the released version"
    landed_database.installation.run(title, landed_database.name, "-i", names, "-u", names, log="update-landed")
    return landed_database, before


def test_an_update_keeps_every_fact_and_sum(updated):
    database, before = updated
    assert all(before.values()), "the demo companies have something of everything"
    after = facts_of(database)
    for title, rows in before.items():
        assert after[title] == rows, title


#: What keeps a share from being billed twice, and which addons say so.
KEYS = {
    "indexes": "SELECT indexdef FROM pg_indexes WHERE indexdef LIKE %s",
    "addons": """
        SELECT module.name FROM ir_model_constraint kept JOIN ir_module_module module ON module.id = kept.module
         WHERE kept.name = 'account_move_line_billing_key_unique'""",
    "fields": """
        SELECT module FROM ir_model_data
         WHERE model = 'ir.model.fields' AND name = 'field_account_move_line__billing_key'""",
}


def test_after_the_update_a_key_is_unique_once(updated):
    """Its field and index have moved to the addon that all billing stands on: the rows stayed where they were."""
    database, _before = updated
    [[index]] = database.query(KEYS["indexes"], "%account_move_line%(billing_key)%")
    assert index.startswith("CREATE UNIQUE INDEX account_move_line_billing_key_unique ")
    assert database.query(KEYS["addons"]) == [("billing_base",)]
    assert database.query(KEYS["fields"]) == [("billing_base",)]


def test_after_the_update_an_archived_plan_is_there_again(updated, archived):
    database, _before = updated
    said = database.odoo_shell(
        f"print('plan:', env['sale.order'].search([('billing_schedule_ids', 'in', {archived})]).ids)"
    )
    assert "plan: [" in said and "plan: []" not in said


def test_after_the_update_the_clock_bills_nothing_that_was_billed(updated):
    database, before = updated
    database.odoo_shell(DRAIN)
    assert facts_of(database)["ledger"] == before["ledger"]


def test_after_the_update_the_work_goes_on(updated):
    database, _before = updated
    said = database.odoo_shell(GO_ON)
    assert "billed: True {'posted'}" in said
    assert "differences: []" in said


def test_an_update_brings_mails_that_nobody_edited_to_their_new_text(updated):
    database, _before = updated
    texts = dict(
        database.query(
            """
            SELECT data.name, CONCAT(subject::text, body_html::text) FROM mail_template
              JOIN ir_model_data data ON data.model = 'mail.template' AND data.res_id = mail_template.id
             WHERE data.module = 'milestone_billing'"""
        )
    )
    blocked, attained = texts["mail_template_blocked"], texts["mail_template_attained"]
    for part in ("object._blocked_title()", "Billed, and to be credited", "or milestone.waiting_amount"):
        assert part in blocked, part
    assert "What it waits for" in attained


def test_after_the_update_the_history_is_kept_by_the_database(updated):
    database, _before = updated
    for statement in (
        "UPDATE revenue_price_change SET amount = 1",
        "UPDATE billing_attainment SET percent = 1",
        "DELETE FROM account_move_line WHERE revenue_posting_id IS NOT NULL",
        "DELETE FROM revenue_evidence",
        "UPDATE revenue_close SET date = '2020-01-31' WHERE state = 'locked'",
    ):
        with pytest.raises(Exception, match="never changed|not changed"):
            database.query(statement)
