from odoo import api, models
from odoo.addons.record_protection import reading
from odoo.addons.record_protection.refusals import explain, read_argument
from odoo.exceptions import AccessError, UserError

from .project_budget_line import KINDS
from .rights import check_may_see, check_may_set, may_see_cost

#: The most that one call takes.
MOST_ITEMS, MOST_LINES = 500, 2_000
ITEM_KEYS = {"key", "project", "reason", "lines"}
LINE_KEYS = {"milestone", "task", "name", "kind", "hours", "cost", "expected_hours", "expected_cost"}


class Refused(Exception):
    """A budget of another system that is not accepted; its message is the reason."""


class ProjectBudget(models.Model):
    """What other systems call, over XML-RPC and JSON-2."""

    _inherit = "project.budget"

    @api.model
    def set(self, items: list, dry_run: bool = False) -> list:
        """Set the budgets of projects from another system. Safe to repeat: a version is recorded once, by its key.

        :param list items: dictionaries ``{"key": str, "project": int or str, "reason": str, "lines": list}``. ``key``
            is the sender's own, unique per project; ``project`` an id, or a name that only one project has. A line is
            ``{"milestone"?: int or str, "task"?: int or str, "name"?: str, "kind"?: str, "hours"?: number,
            "cost"?: number, "expected_hours"?: number, "expected_cost"?: number}``: ``milestone`` is the id, the
            external key or the name of a billing milestone of the project, ``task`` the id or the name of a task of it;
            without both the line is the project's. ``kind`` is ``"labour"`` (when left out), ``"purchase"`` or
            ``"other"``. Cost is in the currency of the project's company. What is expected in the end is sent where
            somebody said so; left out, it is the budget, and nothing more of what is attained.
        :param bool dry_run: say what would happen, and record nothing
        :return: per item, in order, ``{"key", "status", "project_id", "budget_id", "version", "reason"}``; ``status``
            is ``"accepted"``, ``"duplicate"`` (a version with this key is there) or ``"refused"`` (``reason`` says why)
        :raises AccessError: for who sets no budgets: anybody but project managers and billing managers
        :raises UserError: when ``items`` is not a list of at most 500, or ``dry_run`` neither true nor false
        """
        check_may_set(self.env["project.project"])
        items = read_argument(self.env, "items", reading.items, items, MOST_ITEMS)
        dry_run = read_argument(self.env, "dry_run", reading.flag, dry_run)
        seen = set()
        return [self._set_item(item, dry_run, seen) for item in items]

    @api.model
    def get(self, projects: list) -> list:
        """Return the budgets of projects, and where they stand.

        :param list projects: ids of projects
        :return: per project, in order, ``{"project_id", "found", "name", "version", "reason", "currency", "lines",
            "total", "milestones", "alerts"}``. ``lines`` are those of the version that counts: ``{"milestone_id",
            "task_id", "name", "kind", "hours", "cost", "expected_hours", "expected_cost"}``, what is expected only
            where somebody said so; ``total``, ``milestones`` and ``alerts`` are as in
            ``project.project.get_budget_panel``. Cost and revenue are left out for who does not see them. A project
            that is not there, or not the user's to read, has ``found`` false.
        :raises AccessError: for customers
        :raises UserError: when ``projects`` is not a list of at most 500 ids
        """
        Project = self.env["project.project"]
        check_may_see(Project)
        ids = read_argument(self.env, "projects", reading.items, projects, MOST_ITEMS)
        known = Project.search([("id", "in", [key for key in ids if reading.is_ref(key) and isinstance(key, int)])])
        panels = known._budget_panels()
        answers = {project.id: self._answer(project, panels[project.id]) for project in known}
        ids = [key if reading.is_ref(key) else 0 for key in ids]
        return [answers.get(key) or {"project_id": key, "found": False} for key in ids]

    @api.model
    def _answer(self, project, panel):
        budget = project.sudo().budget_id
        return {
            "project_id": project.id,
            "found": True,
            "name": project.name,
            "version": budget.number,
            "reason": budget.reason or "",
            "currency": self.env["res.currency"].browse(panel["currency_id"]).name,
            "lines": [self._answer_line(line) for line in budget.line_ids],
            **{name: panel[name] for name in ("total", "milestones", "alerts")},
        }

    @api.model
    def _answer_line(self, line):
        values = {
            "milestone_id": line.milestone_id.id or 0,
            "task_id": line.task_id.id or 0,
            "name": line.name,
            "kind": line.kind,
            "hours": line.hours,
        }
        if line.has_expected:
            values["expected_hours"] = line.expected_hours
        if may_see_cost(self.env):
            values["cost"] = line.cost
            if line.has_expected:
                values["expected_cost"] = line.expected_cost
        return values

    # === READING ITEMS === #

    @api.model
    def _set_item(self, item, dry_run, seen):
        """Set one budget and return its result; a refusal leaves nothing behind."""
        key = item.get("key") if isinstance(item, dict) else None
        result = {
            "key": key if reading.is_storable(key) else "",
            "status": "refused",
            "project_id": 0,
            "budget_id": 0,
            "version": 0,
            "reason": "",
        }
        try:
            with self.env.cr.savepoint():
                key, project, reason, rows = self._parse_item(item)
                result["project_id"] = project.id
                known = self.sudo().search([("project_id", "=", project.id), ("key", "=", key)])
                if known or (project.id, key) in seen:
                    return {**result, "status": "duplicate", "budget_id": known.id or 0, "version": known.number}
                project._check_budget_rows(rows)
                budget = self.browse() if dry_run else self._record(project, rows, reason, key)
                seen.add((project.id, key))
                return {**result, "status": "accepted", "budget_id": budget.id or 0, "version": budget.number}
        except (Refused, UserError, AccessError) as refusal:
            return {**result, "reason": str(refusal)}

    @api.model
    def _parse_item(self, item):
        """Return key, project, reason and rows of one item.

        :raises Refused: naming the field that is wrong
        """
        self._check_keys(item, ITEM_KEYS)
        key = self._read_value("key", reading.key, item.get("key"))
        project = self._find(self.env["project.project"], "project", item.get("project"), [])
        reason = self._read_value("reason", reading.text, item.get("reason"))
        if not reason.strip():
            raise Refused(self.env._("reason: say why the budget is set."))
        lines = self._read_value("lines", lambda value: reading.items(value, MOST_LINES), item.get("lines"))
        if not lines:
            raise Refused(self.env._("lines: a budget has at least one line."))
        rows = []
        for number, line in enumerate(lines, 1):
            try:
                rows.append(self._parse_line(project, line))
            except Refused as refusal:
                raise Refused(self.env._("line %(number)s: %(reason)s", number=number, reason=refusal)) from refusal
        return key, project, reason, rows

    @api.model
    def _parse_line(self, project, line):
        """Return the values of a line of a budget, as :meth:`set` and the workbook take it.

        :raises Refused: naming the field that is wrong
        """
        self._check_keys(line, LINE_KEYS)
        # Nothing was sent of these; 0 is a number, though it equals False.
        sent = {name: value for name, value in line.items() if value is not None and value is not False and value != ""}
        task, milestone = self.env["project.task"], self.env["billing.milestone"]
        if "task" in sent:
            task = self._find_of(project, task, "task", sent["task"])
        if "milestone" in sent:
            milestone = self._find_of(project, milestone, "milestone", sent["milestone"])
        numbers = {name: self._amount(name, sent.get(name, 0)) for name in ("hours", "cost")}
        expected = {name: self._amount(name, sent.get(name, numbers[name[9:]])) for name in LINE_KEYS if "_" in name}
        said = any(name in sent for name in expected)
        return {
            "milestone_id": milestone.id,
            "task_id": task.id,
            "name": self._read_value("name", reading.text, sent.get("name")) or False,
            "kind": self._read_value(
                "kind",
                lambda value: reading.choice(value, [kind for kind, _label in KINDS]),
                sent.get("kind", "labour"),
            ),
            **numbers,
            "has_expected": said,
            **(expected if said else dict.fromkeys(expected, 0.0)),
        }

    @api.model
    def _amount(self, name, value):
        number = self._read_value(name, reading.number, value)
        if number < 0:
            raise Refused(self.env._("%s: it is not below zero.", name))
        return float(number)

    @api.model
    def _check_keys(self, item, known):
        if not isinstance(item, dict):
            raise Refused(self.env._("A dictionary is expected, not %s.", reading.quoted(item)))
        if unknown := sorted(reading.quoted(name) for name in item if name not in known):
            raise Refused(self.env._("Unknown field: %s.", ", ".join(unknown)))

    @api.model
    def _read_value(self, name, read, value):
        """Return a value as ``read`` reads it.

        :raises Refused: naming the field, and what is expected of it
        """
        try:
            return read(value)
        except reading.Unreadable as error:
            raise Refused(f"{name}: {explain(self.env, error)}") from error

    @api.model
    def _find_of(self, project, model, name, ref):
        """Return the one task or milestone that an id, a name or a key means in the budget of a project.

        :raises Refused: when there is none that the user may read, or several
        """
        ref = self._read_value(name, reading.ref, ref)
        if isinstance(ref, int):
            found = model.with_context(active_test=False).search([("id", "=", ref), *project._budget_domain(model)])
            return self._only(found, name, ref).with_env(self.env)
        return self._only(project._budget_named(model, ref), name, ref).with_env(self.env)

    @api.model
    def _find(self, model, name, ref, domain):
        """Return the one record that an id or a name means.

        :raises Refused: when there is none that the user may read, or several
        """
        ref = self._read_value(name, reading.ref, ref)
        field = "id" if isinstance(ref, int) else "name"
        return self._only(model.search([(field, "=", ref), *domain], limit=2), name, ref)

    @api.model
    def _only(self, found, name, ref):
        """Return the one record that was found.

        :raises Refused: where it is none, or they are several
        """
        if len(found) != 1:
            shown = reading.quoted(ref)
            if found:
                raise Refused(self.env._("%(name)s: several are called %(ref)s. Send the id.", name=name, ref=shown))
            raise Refused(self.env._("%(name)s: there is no %(ref)s that you may read.", name=name, ref=shown))
        return found
