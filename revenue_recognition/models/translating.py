"""The engine's sentences in the user's language: the engine itself has neither translations nor records."""

from functools import cached_property, partial

from odoo.tools import format_date
from odoo.tools.translate import get_translation

from ..engine.wording import Reader, translate

MODULE = "revenue_recognition"
NO_BREAK = "\N{NO-BREAK SPACE}"


def translator(env, loaded=None):
    """Return a function that tells a sentence of the engine as the user of an environment reads it.

    :param loaded: the contract it speaks of (:class:`~..loading.Loaded`): its obligations and milestones are named,
        figures and days written as the user does. Without one the text is about plain data: keys, figures and days
        are those of the data
    :return: takes a text, returns a plain one; what was never marked stays as it is
    """
    return partial(translate, reader=UserReader(env, loaded))


def contract_translator(contract):
    """Return a function as :func:`translator` does, for what was kept of a contract.

    :param contract: a ``revenue.contract``, which may be empty; its environment says who reads
    """
    return partial(translate, reader=ContractReader(contract))


class UserReader(Reader):
    """Reads the language, the numbers and the dates of an environment's user."""

    def __init__(self, env, loaded):
        self.env = env
        self.loaded = loaded
        self.lang = env.lang or "en_US"
        marks = env["res.lang"]._get_data(code=self.lang)
        self.marks = str.maketrans({",": marks.thousands_sep or "", ".": marks.decimal_point or "."})

    def sentence(self, source):
        """See :class:`Reader`."""
        return get_translation(MODULE, self.lang, source, ())

    def mark(self, mark):
        """See :class:`Reader`. French puts a space, which does not break, before a semicolon."""
        return f"{NO_BREAK}{mark}" if mark.startswith(";") and self.lang.startswith("fr") else mark

    def name(self, key):
        """See :class:`Reader`."""
        if not self.loaded:
            return str(key)
        if key.kind == "milestone":
            return self.milestones.get(key, str(key))
        return next((promise.name for promise in self.loaded.promises.values() if promise.key == key), str(key))

    @cached_property
    def milestones(self):
        """The names of the contract's milestones by their keys: one query, however many are named."""
        ids = {int(key) for promise in self.loaded.promises.values() for key in promise.weights}
        found = self.env["project.milestone"].sudo().search_fetch([("id", "in", list(ids))], ["name"])
        return {str(one.id): one.name for one in found}

    def figure(self, figure):
        """See :class:`Reader`."""
        return figure.translate(self.marks) if self.loaded else str(figure)

    def day(self, day):
        """See :class:`Reader`."""
        return format_date(self.env, day.day) if self.loaded else str(day)


class ContractReader(UserReader):
    """Reads what was kept of a contract: its records have the names they have now."""

    def __init__(self, contract):
        super().__init__(contract.env, contract)
        self.contract = contract.sudo()

    def name(self, key):
        """See :class:`Reader`."""
        if key.kind == "milestone":
            found = self.env["project.milestone"].sudo().browse(int(key) if key.isdigit() else ()).exists()
            return found.name or str(key)
        return self.contract.obligation_ids.filtered(lambda obligation: obligation.key == key)[:1].name or str(key)

    def figure(self, figure):
        """See :class:`Reader`."""
        return figure.translate(self.marks)

    def day(self, day):
        """See :class:`Reader`."""
        return format_date(self.env, day.day)
