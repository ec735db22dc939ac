"""The words of a position as people read them."""

from odoo import models

from ..engine.explain import IFRS


class RevenueContract(models.Model):
    """Says what the steps of a position are about."""

    _inherit = "revenue.contract"

    def _readable_steps(self, steps):
        """Return the steps that explain a position in words that people know.

        :param list steps: of :meth:`get_position`
        :return: the same with ``text`` as a sentence, ``paragraphs`` of
            ASC 606 and of IFRS 15, and ``label``, what the step is about
        """
        self.ensure_one()
        labels = self._topic_labels()
        return [
            {
                **step,
                "text": step["text"][:1].upper() + step["text"][1:],
                "label": labels.get(step["topic"], step["topic"]),
                "paragraphs": self._paragraphs(step["paragraph"]),
            }
            for step in steps
        ]

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
