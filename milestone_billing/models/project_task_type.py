from odoo import api, fields, models
from odoo.tools.translate import code_translations

#: Names that Odoo gives the stages it creates, in English; it creates them in the language of the user.
DONE_NAMES, CANCELLED_NAMES = ("Done",), ("Cancelled", "Canceled")


class ProjectTaskType(models.Model):
    """Which columns of a task board mean that the work is done."""

    _inherit = "project.task.type"

    billing_closes = fields.Boolean(
        "Tasks Here Are Done",
        compute="_compute_billing_closes",
        store=True,
        readonly=False,
        help="Moving a task here, which a billing milestone waits for, asks whether it is done, marks it done, or does "
        "nothing, as the settings of billing say.",
    )

    @api.depends("name", "fold")
    def _compute_billing_closes(self):
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        done, cancelled = _names(DONE_NAMES, languages), _names(CANCELLED_NAMES, languages)
        for stage in self:
            names = {(stage.with_context(lang=code).name or "").strip().casefold() for code in languages}
            stage.billing_closes = bool(names & done) or stage.fold and not names & cancelled


def _names(terms, languages):
    """Return what Odoo calls its stages of these names, in these languages, in lower case."""
    found = {term.casefold() for term in terms}
    for module in ("project", "sale_project"):
        for code in languages:
            words = code_translations.get_python_translations(module, code)
            found |= {words[term].casefold() for term in terms if term in words}
    return found
