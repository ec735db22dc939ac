from odoo import api, models


class ProjectTaskRecurrence(models.Model):
    _inherit = "project.task.recurrence"

    @api.model
    def _create_next_occurrences(self, occurrences_from):
        # OVERRIDE: the next occurrence is a copy. A milestone that waits for this task does not wait for its copies.
        copying = self._flagged("billing_copying")
        made = super(ProjectTaskRecurrence, copying)._create_next_occurrences(occurrences_from)
        return occurrences_from.browse(made.ids)
