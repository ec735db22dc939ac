"""The company with books that Odoo's tests of accounting begin with, made once a process and not once a class.

Odoo's ``AccountTestInvoicingCommon`` gives each class of tests a company of its own: a chart of accounts, journals,
taxes, products, users, in two to three seconds. All of them are alike, so here the first class that needs them makes
them for good, in the database that this process has for itself, and the others find them. What a class adds or changes
is rolled back at its end, as ever. A class that asks for anything else (a country, a chart, its own company or user)
sets itself up as in Odoo.
"""

import contextlib
from unittest import mock

#: What of Odoo's class has a say in what is made.
DECIDING = (
    "setup_independent_company",
    "setup_independent_user",
    "setup_main_company",
    "get_default_groups",
    "default_env_context",
    "collect_company_accounting_data",
    "setup_armageddon_tax",
    "copy_account",
    "_create_company",
    "_create_product",
    "_use_chart_template",
)
#: A login is unique: a class that makes these users itself gets the names back.
LOGINS = ("accountman", "simple_accountman")


@contextlib.contextmanager
def shared_books():
    """Have classes of tests share their books while the block runs."""
    from odoo.addons.account.tests.common import AccountTestInvoicingCommon

    books = SharedBooks(AccountTestInvoicingCommon)
    with mock.patch.object(AccountTestInvoicingCommon, "setUpClass", classmethod(books.set_up)):
        yield


class SharedBooks:
    """What ``setUpClass`` of Odoo's class of accounting tests makes.

    :param base: that class
    """

    def __init__(self, base):
        self.base = base
        self.original = base.setUpClass.__func__
        self.kept = None

    def set_up(self, cls):
        """Stand in for ``setUpClass`` of the class ``cls``."""
        if self._asks_for_others(cls):
            self._set_up_its_own(cls)
            return
        if self.kept is None:
            self.kept = self._make()
        self._skip_to_transaction(cls)
        cls.env = cls.env(user=self.kept["user"][1][0], context=cls.default_env_context())
        cls.maxDiff, cls.tax_number = None, 0
        for name, value in self.kept.items():
            setattr(cls, name, _restored(value, cls.env))

    def _asks_for_others(self, cls):
        named = cls.country_code or cls.chart_template or self._classes_between(cls) != self._classes_between(self.base)
        return named or any(getattr(cls, name).__func__ is not getattr(self.base, name).__func__ for name in DECIDING)

    def _classes_between(self, cls):
        """The classes whose ``setUpClass`` is skipped."""
        order = cls.__mro__
        return order[order.index(self.base) + 1 : order.index(_begin()) + 1]

    def _set_up_its_own(self, cls):
        from odoo.tests import TransactionCase

        def set_up_transaction(cls):
            begin(cls)
            users = cls.env["res.users"].with_context(active_test=False).search([("login", "in", LOGINS)])
            for user in users:
                user.login = f"{user.login}_of_shared_books"

        begin = TransactionCase.setUpClass.__func__
        with mock.patch.object(TransactionCase, "setUpClass", classmethod(set_up_transaction)):
            self.original(cls)

    def _skip_to_transaction(self, cls):
        super(_begin(), cls).setUpClass()

    def _make(self):
        """Make the books and commit them; return the records that the class then has, by name, without their cursor."""
        maker = type("Books", (self.base,), {"__module__": self.base.__module__})
        try:
            self.original(maker)
            kept = {name: _portable(value) for name, value in vars(maker).items() if _has_records(value)}
            maker.env.flush_all()
            # A class of tests may not commit: its cursor says so, the class of cursors does not.
            type(maker.cr).commit(maker.cr)
            return kept
        finally:
            maker.doClassCleanups()


def _begin():
    """The class after which books begin to be made."""
    from odoo.addons.base.tests.common import BaseCommon

    return BaseCommon


def _has_records(value):
    from odoo.models import BaseModel

    if isinstance(value, dict):
        return any(map(_has_records, value.values()))
    return isinstance(value, BaseModel)


def _portable(value):
    if isinstance(value, dict):
        return {name: _portable(record) for name, record in value.items()}
    return value._name, value.ids


def _restored(value, env):
    if isinstance(value, dict):
        return {name: _restored(record, env) for name, record in value.items()}
    model, ids = value
    return env[model].browse(ids)
