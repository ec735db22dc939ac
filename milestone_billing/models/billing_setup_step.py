from odoo import api, fields, models

STATES = [("done", "Done"), ("next", "Next"), ("open", "To Do"), ("optional", "Optional")]


class BillingSetupStep(models.Model):
    """One step from an empty company to its first milestone invoice, and what is missing of it.

    Nothing is ticked off: whether a step is done is seen from the records themselves, in the company one works in.
    """

    _name = "billing.setup.step"
    _description = "Billing Set-Up Step"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True, readonly=True)
    sequence = fields.Integer(default=10, readonly=True, help="In which order the steps are done.")
    code = fields.Char(required=True, readonly=True, help="Which check says whether it is done.")
    note = fields.Char("What For", translate=True, readonly=True)
    button = fields.Char(translate=True, readonly=True, help="What the button on its card says.")
    is_optional = fields.Boolean("Optional", readonly=True, help="The first invoice is made without it.")
    state = fields.Selection(STATES, compute="_compute_state", help="Seen from the records of the company, each time.")
    missing = fields.Char("What Is Missing", compute="_compute_state", help="A sentence, empty once the step is done.")

    _code_unique = models.Constraint("UNIQUE(code)", "There is one step of this code.")

    @api.depends_context("company", "uid", "lang")
    def _compute_state(self):
        steps = self.sudo().search([("code", "!=", False)])
        missing = {step: step._find_missing() for step in steps}
        needed = [step for step in steps if missing[step] and not step.is_optional]
        for step in self:
            step.missing = missing.get(step, "")
            if not step.missing:
                step.state = "done"
            elif step.is_optional:
                step.state = "optional"
            else:
                step.state = "next" if step == needed[0] else "open"

    def action_open(self):
        """Open the screen on which this step is done.

        :return: a window action
        :raises AccessError: for people who do not see the set-up.
        """
        self.ensure_one()
        self.check_access("read")
        return getattr(self, f"_open_{self.code}")()

    @api.model
    @api.readonly
    def get_progress(self) -> dict:
        """Return how far the company one works in is set up for billing by milestones.

        :return: ``{"done": int, "total": int, "next": {"code", "name", "missing"} or {}, "steps": [{"code", "name",
            "state", "missing", "optional"}]}``; ``done`` and ``total`` leave optional steps out
        :raises AccessError: for people who do not see the set-up.
        """
        self.check_access("read")
        rows = [
            {
                "code": step.code,
                "name": step.name,
                "state": step.state,
                "missing": step.missing or "",
                "optional": step.is_optional,
            }
            for step in self.search([("code", "!=", False)])
        ]
        needed = [row for row in rows if not row["optional"]]
        upcoming = [{key: row[key] for key in ("code", "name", "missing")} for row in needed if row["state"] == "next"]
        return {
            "done": sum(row["state"] == "done" for row in needed),
            "total": len(needed),
            "next": upcoming[0] if upcoming else {},
            "steps": rows,
        }
