"""The words of a position as people read them: names for keys, both books for a paragraph."""

import re

from odoo import models

from ..engine.explain import IFRS

#: Milestones as the engine knows them: by their ids, one after the other.
IDS = re.compile(r"(?<![\d.,])\d+(?:, \d+)*(?![\d.,%])")
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
        milestones = self._milestone_names()
        labels = self._topic_labels()
        readable = []
        for step in steps:
            text = step["text"]
            if step["topic"] == "progress" and step["obligation"] in milestones:
                text = self._name_milestones(text, milestones[step["obligation"]])
            text = QUOTED.sub(lambda found: f'"{obligations.get(found[1], found[1])}"', text)
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

    def _milestone_names(self):
        """Return the names of milestones by their ids, by the key of the obligation that these measure."""
        measured = self.sudo().obligation_ids.filtered(lambda one: one.measure == "milestones")
        if not measured:
            return {}
        milestones = self.env["project.milestone"].sudo()
        found = milestones.search_fetch(
            ["|", ("sale_line_id", "in", measured.sale_line_ids.ids), ("project_id", "in", measured.project_id.ids)],
            ["name"],
        )
        names = {str(one.id): one.name for one in found}
        return dict.fromkeys(measured.mapped("key"), names)

    def _name_milestones(self, text, names):
        """Return a sentence about progress with the names of milestones: the ids are between its colon and what is
        recognised, in any language.
        """
        head, colon, rest = text.partition(":")
        body, semicolon, tail = rest.partition(";")
        return f"{head}{colon}{IDS.sub(lambda found: self._listed(found[0], names), body)}{semicolon}{tail}"

    def _listed(self, ids, names):
        """Return the first names of milestones, and how many more there are; what is no list of them as it is."""
        keys = ids.split(", ")
        if any(key not in names for key in keys):
            return ids
        listed = ", ".join(names[key] for key in keys[:NAMED])
        if len(keys) <= NAMED:
            return listed
        return self.env._("%(names)s and %(count)s more", names=listed, count=len(keys) - NAMED)
