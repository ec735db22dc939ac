from odoo import api, models
from odoo.addons.record_protection import reading
from odoo.addons.record_protection.refusals import read_argument
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..closing.states import COUNTING
from ..engine import Refusal, Timeline
from ..engine.books import foreign_position
from ..engine.contract import Question
from ..engine.explain import IFRS, treated
from ..engine.money import in_currency
from ..engine.position import position
from ..engine.simulate import plain_amounts, plain_position
from ..engine.writing import ScenarioWriter
from ..loading import Loader
from .translating import translator

#: The most contracts that one call is asked for.
MOST = 1_000


class RevenueContract(models.Model):
    """Where contracts stand at any date: worked out, never stored."""

    _inherit = "revenue.contract"

    @api.model
    @api.readonly
    def get_position(self, contracts_or_orders: list, at: str | None = None) -> list:
        """Return where contracts stand at the end of a day, worked out from all that is known now.

        :param list contracts_or_orders: contracts by id, contracts or orders by name, or ``{"contract": id or name}``,
            ``{"order": id or name}``; 1,000 at most
        :param str at: ISO date; today when left out
        :return: a dictionary for each, in the same order: ``contract`` (id), ``name``, ``orders`` (names), ``state``,
            ``currency``, and the keys of a position as ``simulate`` returns them (docs/api.md), cumulative amounts in
            the contract's currency; ``booked`` has what posted closes booked through that day (``revenue``,
            ``contract_liability``, ``contract_asset``, ``refund_liability``); ``company`` the amounts in the company's
            currency where that is another one; ``problems`` the texts of what keeps it from being worked out, in
            which case the keys of the position are left out. An element that means no contract has ``contract`` false
            and the reason among its ``problems``: the others are answered all the same
        :raises AccessError: for users who are neither revenue accountants nor auditors
        :raises UserError: for what is no list of 1,000 at most, or a date that is none
        """
        self._check_may_simulate()
        day = self._read_day(at)
        contracts, problems = self._read_contracts(contracts_or_orders)
        found = self.union(*contracts).sudo()._positions(day)
        return [
            found[contract.id] if contract else self._no_position(day, problem)
            for contract, problem in zip(contracts, problems, strict=True)
        ]

    @api.model
    def _no_position(self, day, problem):
        head = {"contract": False, "name": "", "orders": [], "state": "", "currency": ""}
        return {**head, "at": day.isoformat(), "booked": {}, "problems": [problem]}

    @api.model
    @api.readonly
    def get_scenario(self, contracts_or_orders: list, at: str | None = None) -> list:
        """Return contracts as scenarios: terms, events through a day, and that day as the question.

        A scenario may be changed and handed to :meth:`simulate`: what would another price, date or modification do?
        Drafts too: what they lack is left out of the scenario, to be filled in.

        :param list contracts_or_orders: as in :meth:`get_position`
        :param str at: ISO date; today when left out
        :return: a scenario (docs/api.md) for each, in the same order; ``{"problems": [text]}`` for an element that
            means no contract
        :raises AccessError: for users who are neither revenue accountants nor auditors
        :raises UserError: for what is no list of 1,000 at most, or a date that is none
        """
        self._check_may_simulate()
        day = self._read_day(at)
        contracts, problems = self._read_contracts(contracts_or_orders)
        self.env.flush_all()
        found = {}
        for company, own in self.union(*contracts).sudo().grouped("company_id").items():
            for loaded in Loader(self.env, company, day).load(own.ids).values():
                found[loaded.id] = self._write_scenario(loaded, company, day)
        return [
            found[contract.id] if contract else {"problems": [problem]}
            for contract, problem in zip(contracts, problems, strict=True)
        ]

    @api.model
    def _write_scenario(self, loaded, company, day):
        currency = self.env["res.currency"].browse(loaded.currency_id)
        writer = ScenarioWriter(loaded.contract(), currency.name)
        plain = writer.write([max(day, loaded.date).isoformat()])
        if loaded.rates is not None:
            writer.add_rates(plain, loaded.rates, company.currency_id.name)
        return plain

    # === READING ARGUMENTS === #

    @api.model
    def _read_day(self, at, name="at"):
        """Return a date from a plain value; today from nothing.

        :raises UserError: for anything else
        """
        if at is None or at is False or at == "":
            return (self.company_id[:1] or self.env.company)._revenue_today()
        return read_argument(self.env, name, reading.day, at)

    @api.model
    def _read_contracts(self, items):
        """Return the contract of each element, those the user may read, and why where there is none.

        :return: two lists as long as ``items``: contracts, maybe empty, and texts
        :raises UserError: for what is no list of 1,000 at most
        """
        contracts, problems = [], []
        items = read_argument(self.env, "contracts_or_orders", reading.items, items, MOST)
        for number, item in enumerate(items):
            contract, problem = self.browse(), ""
            try:
                contract = self._read_contract(item, f"contracts_or_orders[{number}]")
            except UserError as error:
                problem = str(error)
            contracts.append(contract)
            problems.append(problem)
        return contracts, problems

    @api.model
    def _read_contract(self, item, place):
        kind, value = "contract", item
        if isinstance(item, dict):
            if len(item) != 1 or next(iter(item)) not in ("contract", "order"):
                raise UserError(self.env._('%s: {"contract": …} or {"order": …} is needed.', place))
            kind, value = next(iter(item.items()))
        found = self.browse()
        if reading.is_ref(value) and isinstance(value, int):
            found = self._contract_by(kind, [("id", "=", value)])
        elif reading.is_ref(value):
            found = self._contract_by(kind, [("name", "=", value)])
            if not found and not isinstance(item, dict):
                found = self._contract_by("order", [("name", "=", value)])
        found = found._prefer_live()
        if len(found) != 1:
            values = {"place": place, "value": reading.quoted(value)}
            if found:
                raise UserError(
                    self.env._("%(place)s: several revenue contracts of %(value)s; name it by its id.", **values)
                )
            raise UserError(self.env._("%(place)s: no revenue contract of %(value)s.", **values))
        return found

    @api.model
    def _contract_by(self, kind, domain):
        if kind == "contract":
            return self.search(domain)
        return self.search([("order_ids", "any", domain)])

    def _prefer_live(self):
        """Return those that are not cancelled, if any: an order that is confirmed again makes a contract anew."""
        return self.filtered(lambda contract: contract.state != "cancelled") or self

    # === WORKING OUT === #

    def _position_at(self, at):
        """Return the position of one contract as :meth:`get_position` does, or None where it can't be worked out."""
        self.ensure_one()
        found = self._positions(at)[self.id]
        return None if found.get("problems") and "revenue" not in found else found

    def _positions(self, at, bands=()):
        """Return positions by the id of the contract; see :meth:`get_position`."""
        self.env.flush_all()
        found = {}
        for company, contracts in self.grouped("company_id").items():
            loaded = Loader(self.env, company, at).load(contracts.ids)
            booked = contracts._booked_through(at)
            for contract in contracts:
                one = loaded[contract.id]
                plain = contract._plain_position(one, at, bands)
                found[contract.id] = {**contract._plain_head(), "at": at.isoformat(), **plain}
                found[contract.id]["booked"] = booked[contract.id]
        return found

    def _plain_head(self):
        return {
            "contract": self.id,
            "name": self.name,
            "orders": self.order_ids.mapped("name"),
            "state": self.state,
            "currency": self.currency_id.name,
        }

    def _plain_position(self, loaded, at, bands):
        """Return the position of one loaded contract as plain values, or its problems."""
        plain = {}
        if not loaded.blocked() and loaded.promises and at >= loaded.date:
            try:
                plain = self._work_out(loaded, at, bands)
            except Refusal as refusal:
                loaded.refused(refusal)
        self._put_kept_reason(plain, loaded, at)
        exceptions = self.env["revenue.exception"]
        plain["problems"] = [exceptions._sentence(problem, self) for problem in loaded.problems]
        if at < loaded.date:
            plain["problems"].append(self.env._("The contract begins on %s.", loaded.date))
        elif not loaded.promises and "revenue" not in plain and not loaded.problems:
            plain["problems"].append(exceptions._words("empty"))
        return plain

    def _put_kept_reason(self, plain, loaded, at):
        """Give the reason of the last modification: it was decided when it was applied, unless no record keeps it."""
        if plain.get("treatment") and loaded.is_last_change_kept(at):
            applied = self.modification_ids.filtered(
                lambda modification: modification.state == "applied" and modification.date <= at
            )
            reason = applied.sorted(lambda change: (change.date, change.id))[-1:].reason
            plain["treatment_reason"] = reason or plain["treatment_reason"]
            for step in plain["steps"]:
                if step["topic"] == "modification":
                    step["text"] = translator(self.env)(treated(plain["treatment"], plain["treatment_reason"]))

    def _work_out(self, loaded, at, bands):
        question = Question(at=at, bands=tuple(bands))
        say = translator(self.env, loaded)
        if loaded.rates is None:
            state = Timeline(loaded.contract()).forward(at)
            return plain_position(state, position(state, at), question, say=say)
        found, company, timeline = foreign_position(loaded.contract(), at, loaded.rates, loaded.billed_by_day)
        plain = plain_position(timeline.state, found, question, say=say)
        places = loaded.rates.decimals
        plain["company"] = {**plain_amounts(company, places), "fx": in_currency(company.fx, places)}
        return plain

    def _booked_through(self, at):
        """Return what posted closes booked of contracts through a day, in their currencies."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT e.contract_id, e.kind, SUM(e.amount)::text
                  FROM revenue_entry e JOIN revenue_close r ON r.id = e.close_id
                 WHERE e.contract_id = ANY(%s) AND r.state IN %s AND r.date <= %s
                 GROUP BY 1, 2
                """,
                self.ids,
                COUNTING,
                at,
            )
        )
        sums = {contract.id: {} for contract in self}
        for contract_id, kind, amount in rows:
            sums[contract_id][kind] = float(amount)
        return {contract.id: contract._books(sums[contract.id]) for contract in self}

    def _books(self, sums):
        """Return the balances of the accounts of a contract from the sums of its entries by kind."""

        def total(*kinds):
            return sum(sums.get(kind, 0.0) for kind in kinds)

        liability = total("billing", "routing", "interest", "presentation")
        liability -= total("revenue", "interest_income", "refund", "exchange")
        balances = {
            "billed": total("billing", "routing"),
            "revenue": total("revenue"),
            "contract_liability": liability,
            "contract_asset": total("presentation"),
            "refund_liability": total("refund"),
        }
        return {name: self.currency_id.round(amount) for name, amount in balances.items()}

    # === IN WORDS === #

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
