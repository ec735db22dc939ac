"""The words of a position as people read them: names for keys, both books for a paragraph."""

import re

from odoo import models

from ..engine.explain import IFRS

#: What the engine says of milestones it knows by their ids.
MILESTONES = re.compile(
    r"(?:milestones (?P<reached>[\d, ]+) reached of|none reached of the milestones) (?P<all>\d+(?:, \d+)*)"
)
QUOTED = re.compile(r'"([^"]+)"')
#: So many milestones are named; a project may have a thousand.
NAMED = 5


class RevenueContract(models.Model):
    """Names what the engine knows by keys only: it reads no records."""

    _inherit = "revenue.contract"

    def _readable_steps(self, steps):
        """Return the steps that explain a position in words that people know.

        :param list steps: of :meth:`get_position`
        :return: the same with ``text`` as a sentence that names milestones and obligations, ``paragraphs`` of
            ASC 606 and of IFRS 15, and ``label``, what the step is about
        """
        self.ensure_one()
        obligations = {one.key: one.name for one in self.sudo().obligation_ids}
        milestones = self._milestone_names(steps)
        labels = self._topic_labels()
        treatments = dict(self.env["revenue.modification"]._fields["treatment"]._description_selection(self.env))
        readable = []
        for step in steps:
            text = MILESTONES.sub(lambda found: self._say_milestones(found, milestones), step["text"])
            text = QUOTED.sub(lambda found: f'"{obligations.get(found[1], found[1])}"', text)
            if step["topic"] == "modification":
                treatment, _colon, rest = text.partition(":")
                text = f"{treatments.get(treatment, treatment)}:{rest}"
            readable.append(
                {
                    **step,
                    "text": text[:1].upper() + text[1:],
                    "label": labels.get(step["topic"], step["topic"]),
                    "paragraphs": self._paragraphs(step["paragraph"]),
                }
            )
        return readable

    def _topic_labels(self):
        return {
            "price": self.env._("Price"),
            "modification": self.env._("Modification"),
            "allocation": self.env._("Allocation"),
            "progress": self.env._("Progress"),
            "position": self.env._("Position"),
            "cost": self.env._("Cost"),
        }

    def _paragraphs(self, paragraph):
        """Return a paragraph of ASC and, where there is one, the one of IFRS that says the same."""
        same = IFRS.get(paragraph.removeprefix("ASC "))
        return [paragraph, same] if same else [paragraph]

    def _milestone_names(self, steps):
        """Return what the milestones that steps speak of are called, by their ids."""
        ids = {
            int(key)
            for step in steps
            for found in MILESTONES.finditer(step["text"])
            for key in [*(found["reached"] or "").split(", ")[:NAMED], *found["all"].split(", ")[:NAMED]]
            if key
        }
        return {one.id: one.name for one in self.env["project.milestone"].sudo().browse(ids).exists()}

    def _say_milestones(self, found, names):
        """Return how many milestones are reached, and the first of their names."""
        every = found["all"].split(", ")
        if not found["reached"]:
            return self.env._("none of %(total)s milestones is reached", total=len(every))
        reached = found["reached"].split(", ")
        listed = ", ".join(names.get(int(key), key) for key in reached[:NAMED])
        if len(reached) > NAMED:
            listed += ", …"
        return self.env._(
            "%(count)s of %(total)s milestones reached: %(names)s", count=len(reached), total=len(every), names=listed
        )
