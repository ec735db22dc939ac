"""A firm for the demo of revenue alone, where no other demo brought one."""


def make_firm(env, key, **values):
    """Create a company with a chart of accounts.

    :param str key: its external id, in the namespace ``__demo__``
    :param values: of the company: ``name``, ``country`` (code), ``currency`` (code), ``city``
    :return: the company
    """
    country, currency = values.pop("country"), values.pop("currency")
    currency = env["res.currency"].with_context(active_test=False).search([("name", "=", currency)])
    currency.active = True
    country = env["res.country"].search([("code", "=", country)])
    # The chart is the generic one: without this, Odoo would install the country's own localisation.
    companies = env["res.company"].with_context(install_mode=True)
    company = companies.create({**values, "country_id": country.id, "currency_id": currency.id}).with_env(env)
    env["ir.model.data"]._update_xmlids([{"xml_id": f"__demo__.{key}", "record": company, "noupdate": True}])
    admin = env.ref("base.user_admin")
    admin.company_ids |= company
    env["account.chart.template"]._load("generic_coa", company, install_demo=False)
    # The generic chart is an American one: its positions would make every customer here a foreign one.
    env["account.fiscal.position"].search([("company_id", "=", company.id)]).active = False
    company.currency_id = currency
    return company
