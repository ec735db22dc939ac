"""A database of the first released version becomes one of this version: with all its facts, and the work goes on."""

import pytest

from odoo_dev.addons import shared_addons

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
def archived(first_landed_database):
    """The id of a running plan that somebody archived."""
    [[plan]] = first_landed_database.query(ARCHIVE)
    return plan


@pytest.fixture(scope="module")
def updated(first_landed_database, archived):
    """The released database, updated; and what was on record before."""
    first_landed_database.query(FILTER)
    before = facts_of(first_landed_database)
    before |= {f"{title} of holds": first_landed_database.query(HOLDS[title]) for title in ("action", "columns")}
    names = ",".join(shared_addons())
    title = "Updating a database of the released version"
    first_landed_database.installation.run(
        title, first_landed_database.name, "-i", names, "-u", names, log="update-landed"
    )
    return first_landed_database, before


def test_an_update_keeps_every_fact_and_sum(updated):
    database, before = updated
    assert all(before.values()), "the demo companies have something of everything"
    for title, rows in facts_of(database).items():
        assert before[title] == rows, title


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


#: What is kept of holds on screens and of rights: by which addons, and whether nothing else is.
HOLDS = {
    "names": """
        SELECT module, name FROM ir_model_data
         WHERE module IN ('milestone_billing', 'billing_base') AND model LIKE 'ir.actions%%' AND name LIKE '%%hold%%'
           AND name NOT LIKE 'billing_bulk%%' ORDER BY name""",
    "action": """
        SELECT action.id, action.path FROM ir_act_window action
          JOIN ir_model_data data ON data.model = 'ir.actions.act_window' AND data.res_id = action.id
         WHERE data.name = 'action_billing_hold'""",
    "left over": """
        SELECT 'view', name FROM ir_ui_view WHERE model = 'billing.hold'
           AND id NOT IN (SELECT res_id FROM ir_model_data WHERE model = 'ir.ui.view')
        UNION ALL SELECT 'rule', name FROM ir_rule
         WHERE model_id = (SELECT id FROM ir_model WHERE model = 'billing.hold')
           AND id NOT IN (SELECT res_id FROM ir_model_data WHERE model = 'ir.rule')
        UNION ALL SELECT 'access', name FROM ir_model_access
         WHERE model_id = (SELECT id FROM ir_model WHERE model = 'billing.hold')
           AND id NOT IN (SELECT res_id FROM ir_model_data WHERE model = 'ir.model.access')
        UNION ALL SELECT 'name', module || '.' || name FROM ir_model_data
         WHERE module = 'milestone_billing' AND (model IN ('ir.model.access', 'ir.rule', 'ir.ui.view'))
           AND name IN ('access_hold_manager', 'access_hold_invoice', 'billing_hold_company', 'billing_hold_invoice',
                        'billing_hold_salesman', 'view_partner_form')""",
    "constraints": """
        SELECT conname FROM pg_constraint WHERE conrelid = 'billing_hold'::regclass AND contype = 'c' ORDER BY 1""",
    "filter": """
        SELECT name FROM ir_filters
         WHERE action_id = (SELECT id FROM ir_act_window WHERE path = 'billing-holds')""",
    "columns": """
        SELECT hold.id, reason, date_from, date_to, hold.user_id, released_on,
               COALESCE(hold.company_id, partner.company_id)
          FROM billing_hold hold LEFT JOIN res_partner partner ON partner.id = hold.partner_id ORDER BY hold.id""",
    "of no company": """
        SELECT hold.id FROM billing_hold hold JOIN res_partner partner ON partner.id = hold.partner_id
         WHERE hold.company_id IS NULL AND partner.company_id IS NOT NULL""",
}
#: A person's own filter of the list of holds.
FILTER = """
    INSERT INTO ir_filters (name, model_id, domain, context, sort, active, action_id)
    SELECT 'My disputes', 'billing.hold', '[]', '{}', '[]', TRUE, id FROM ir_act_window WHERE path = 'billing-holds'
    RETURNING id"""
#: Who invoices holds an order without a plan; who put it releases it.
HOLD = """
from odoo.tests.common import new_test_user
order = env['sale.order'].search([('state', '=', 'sale')], limit=1)
home = {'company_id': order.company_id.id, 'company_ids': order.company_id.ids}
clerk = new_test_user(env, 'holding_clerk', 'base.group_user,account.group_account_invoice', **home)
hold = env['billing.hold'].with_user(clerk).create({'order_id': order.id, 'reason': 'Disputed'})
other = env['billing.hold'].search([('released_on', '=', False), ('id', '!=', hold.id)], limit=1)
print('may release:', hold.may_release, other.with_user(clerk).may_release, other.may_release)
hold.action_release()
print('released:', not hold.is_active)
env.cr.rollback()
"""


def check_holds(database, before):
    """What is on record of holds stays; of screens and rights nothing is there twice, or left over."""
    assert database.query(HOLDS["names"]) == [
        ("billing_base", "action_billing_hold"),
        ("billing_base", "billing_hold_action_new"),
    ]
    assert database.query(HOLDS["action"]) == before["action of holds"]
    assert database.query(HOLDS["left over"]) == []
    assert [name for [name] in database.query(HOLDS["constraints"])] == [
        "billing_hold_one_of_all",
        "billing_hold_one_target",
        "billing_hold_period",
    ]
    assert database.query(HOLDS["filter"]) == [("My disputes",)], "people's own filters of the list"
    assert database.query(HOLDS["columns"]) == before["columns of holds"]
    assert database.query(HOLDS["of no company"]) == [], "that of its customer, where he has one"


def check_clerk(database):
    said = database.odoo_shell(HOLD)
    assert "may release: True False True" in said
    assert "released: True" in said


def test_after_the_update_holds_are_of_the_addon_that_all_billing_stands_on(updated):
    check_holds(*updated)


def test_after_the_update_a_clerk_holds_an_order_and_releases_his_own(updated):
    database, _before = updated
    check_clerk(database)


#: Holds as they were when the addon that all billing stands on was there already, and they were not its own.
BEFORE_HOLDS = (
    """
    UPDATE ir_model_data SET module = 'milestone_billing'
     WHERE module = 'billing_base' AND model != 'ir.rule' AND (name LIKE 'billing_hold%%' OR name LIKE 'access_hold%%'
        OR name = 'action_billing_hold') RETURNING id""",
    """
    UPDATE ir_model_data SET module = 'milestone_billing'
     WHERE module = 'billing_base' AND name IN ('billing_hold_company', 'billing_hold_salesman') RETURNING id""",
    "UPDATE ir_module_module SET latest_version = '19.0.1.0.0' WHERE name = 'billing_base' RETURNING id",
)


def test_holds_come_over_as_well_where_their_new_addon_was_there_before(updated):
    database, before = updated
    for statement in BEFORE_HOLDS:
        assert database.query(statement)
    database.installation.run("Updating once more", database.name, "-u", "billing_base", log="update-holds")
    check_holds(database, before)
    check_clerk(database)
