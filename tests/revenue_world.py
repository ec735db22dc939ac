"""A company whose books of revenue are set up, with contracts: what the live tests of revenue begin with."""

from stories import ROLES, XmlRpc, hire

WORLD = """
import json
company = env.ref('base.main_company')
env = env(context=dict(env.context, allowed_company_ids=company.ids))
Account = env['account.account']
def account(code, name, kind):
    return Account.create({'code': code, 'name': name, 'account_type': kind})
company.write({
    'revenue_contract_liability_account_id': account('299001', 'Contract Liability', 'liability_current').id,
    'revenue_contract_asset_account_id': account('199001', 'Contract Asset', 'asset_current').id,
    'revenue_refund_liability_account_id': account('299002', 'Refund Liability', 'liability_current').id,
    'revenue_journal_id': env['account.journal'].create({'name': 'Revenue', 'code': 'RVX', 'type': 'general'}).id,
})
policy = env.ref('revenue_recognition.policy_subscription')
product = env['product.product'].create({
    'name': 'Support', 'type': 'service', 'taxes_id': [(5,)], 'revenue_policy_id': policy.id,
})
partner = env['res.partner'].create({'name': 'Harbour Works'})
for number in range(COUNT):
    order = env['sale.order'].create({'partner_id': partner.id, 'order_line': [(0, 0, {
        'product_id': product.id, 'price_unit': 1000 + number, 'tax_ids': [(5,)],
        'revenue_start': '2026-01-01', 'revenue_end': '2026-12-31'})]})
    order.action_confirm()
    order.revenue_contract_id.date = '2026-01-01'
    if number % 3 == 0:
        invoice = order._create_invoices()
        invoice.invoice_date = '2026-01-05'
        invoice.action_post()
env.cr.commit()
"""
PEOPLE = ("revenue_accountant", "revenue_controller")


def make_world(database, contracts):
    """Give a database accounts, contracts of 1,000, 1,001 … a year, and two people; return those by login.

    Every third contract is billed.
    """
    database.odoo_shell(WORLD.replace("COUNT", str(contracts)))
    return hire(database, {login: ROLES[login] for login in PEOPLE})


def clients(server, people):
    """Return the clients of people, by login, on a server of their world."""
    return {login: XmlRpc(server, person) for login, person in people.items()}


def set_parameters(database, **parameters):
    """Set system parameters of the addon in a database that no server is on."""
    with database.psql() as cursor:
        for name, value in parameters.items():
            row = f"revenue_recognition.{name}", str(value)
            cursor.execute("INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s)", row)
