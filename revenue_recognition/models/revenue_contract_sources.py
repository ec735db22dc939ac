"""What an amount of a contract comes from: records that a person may open."""

from odoo import models
from odoo.tools import format_date, formatLang

#: So many records of a kind are named; the rest is behind the contract's own buttons.
NAMED = 5


class RevenueContract(models.Model):
    """From a number to the policy, the facts and the documents behind it."""

    _inherit = "revenue.contract"

    def _sources_of(self, topic, day, obligation=None):
        """Return records behind an amount, the latest of each kind.

        :param str topic: of :data:`TOPICS`
        :param day: facts after it are left out
        :param obligation: of which the amount is; none for the contract
        :return: dictionaries with ``label``, ``text``, ``date`` (ISO date or false), ``model`` and ``id``
        """
        found = self._policy_sources(obligation) if topic != "position" else []
        if topic == "recognised":
            found += self._evidence_sources(day, obligation) + self._milestone_sources(day, obligation)
        if topic == "allocated":
            found += self._change_sources(day)
        if topic == "position":
            found += self._invoice_sources(day) + self._change_sources(day)
        return found

    def _source(self, label, record, text, date=False):
        return {
            "label": label,
            "text": text,
            "date": date.isoformat() if date else False,
            "model": record._name,
            "id": record.id,
        }

    def _policy_sources(self, obligation):
        versions = (obligation or self.obligation_ids).sudo().policy_version_id
        return [
            self._source(
                self.env._("Policy"),
                version,
                self.env._(
                    "%(policy)s, version from %(date)s: %(summary)s",
                    policy=version.policy_id.name,
                    date=format_date(self.env, version.date_from) if version.date_from else self.env._("the start"),
                    summary=version.summary,
                ),
            )
            for version in versions[:NAMED]
        ]

    def _evidence_sources(self, day, obligation):
        domain = [("contract_id", "=", self.id), ("date", "<=", day)]
        if obligation:
            domain.append(("obligation_id", "=", obligation.id))
        facts = self.env["revenue.evidence"].search(domain, limit=NAMED)
        kinds = dict(facts._fields["kind"]._description_selection(self.env))
        return [
            self._source(
                self.env._("Evidence"),
                fact,
                " · ".join(filter(None, [f"{kinds[fact.kind]} {fact.value:g}", fact.source, fact.user_id.name])),
                fact.date,
            )
            for fact in facts
        ]

    def _milestone_sources(self, day, obligation):
        """Return milestones reached of obligations that these measure or trigger."""
        obligations = (obligation or self.obligation_ids).sudo()
        obligations = obligations.filtered(lambda one: one.measure == "milestones" or one.trigger == "milestone")
        if not obligations:
            return []
        milestones = (
            self.env["project.milestone"]
            .sudo()
            .search(
                [
                    ("is_reached", "=", True),
                    ("reached_date", "<=", day),
                    "|",
                    ("sale_line_id", "in", obligations.sale_line_ids.ids),
                    "&",
                    ("project_id", "in", obligations.project_id.ids),
                    ("sale_line_id", "=", False),
                ],
                order="reached_date desc, id desc",
                limit=NAMED,
            )
        )
        readable = milestones.with_env(self.env)._filtered_access("read")
        return [self._source(self.env._("Milestone reached"), one, one.name, one.reached_date) for one in readable]

    def _change_sources(self, day):
        applied = self.modification_ids.filtered(
            lambda modification: modification.state == "applied" and modification.date <= day
        )
        estimates = self.price_change_ids.filtered(lambda change: change.date <= day)
        found = [
            self._source(self.env._("Modification"), change, change.name, change.date)
            for change in applied.sorted("date")[-NAMED:]
        ]
        found += [
            self._source(
                self.env._("Estimate"),
                one,
                f"{one.name}: {formatLang(self.env, one.amount, currency_obj=self.currency_id)} · {one.reason}",
                one.date,
            )
            for one in estimates.sorted("date")[-NAMED:]
        ]
        return found

    def _invoice_sources(self, day):
        lines = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    ("revenue_contract_id", "=", self.id),
                    ("parent_state", "=", "posted"),
                    ("date", "<=", day),
                    ("display_type", "=", "product"),
                ],
                ["move_id"],
                order="move_id desc",
                limit=NAMED,
            )
        )
        moves = self.env["account.move"].browse([move.id for (move,) in lines])._filtered_access("read")
        return [self._source(self.env._("Invoice"), move, self._invoice_text(move), move.date) for move in moves]

    def _invoice_text(self, move):
        amount = move.amount_untaxed_in_currency_signed
        return f"{move.name} · {formatLang(self.env, amount, currency_obj=move.currency_id)}"
