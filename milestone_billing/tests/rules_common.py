from odoo.fields import Command

from .common import BillingCommon


class RulesCommon(BillingCommon):
    """Templates, and rules that choose them; none but those of the story are in force."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["billing.schedule.rule"].search([]).active = False
        cls.halves, cls.thirds = cls._make_template("Halves", 50, 50), cls._make_template("Thirds", 30, 30, 40)

    @classmethod
    def _make_template(cls, name, *percents, **values):
        return cls.env["billing.schedule.template"].create(
            {
                "name": name,
                "milestone_ids": [
                    Command.create({"name": f"{name} {index}", "percent": percent, "due_on": "manual"})
                    for index, percent in enumerate(percents)
                ],
                **values,
            }
        )

    def _make_rule(self, template, **values):
        return self.env["billing.schedule.rule"].create({"name": "Rule", "template_id": template.id, **values})
