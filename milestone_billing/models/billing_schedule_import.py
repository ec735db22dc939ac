import hashlib
import json

from odoo import api, models
from odoo.addons.record_protection import reading
from odoo.addons.record_protection.refusals import read_argument
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ..engine.patterns import matches
from .billing_milestone import OFFSET_UNITS
from .billing_schedule_import_checks import CHOICES, ImportErrors, ImportRefused
from .deferred import plan_deferred

#: The most that one call takes: within the limits of a request on a busy server.
MOST_MILESTONES = 2_000


class _DryRun(Exception):
    """Raised to take a tried import back."""


class BillingSchedule(models.Model):
    """Schedules passed in by another system."""

    _inherit = "billing.schedule"

    @api.model
    def import_schedules(self, payload: list, dry_run: bool = False) -> list:
        """Create or update schedules from another system, all or nothing per order; they are kept as given.

        An entry is ``{"order": id or name, "external_key": str, "name"?, "template"?: id or name,
        "invoice_policy"?: "draft" | "post" | "send", "grouping"?: "milestone" | "order" | "customer",
        "invoice_date_policy"?: "today" | "attained", "change_rule"?: "pro_rata" | "last" | "new" | "keep",
        "advance_policy"?: "next" | "pro_rata" | "last", "milestones"?: [milestone]}``. Milestones left out come from
        the template; ``advance_policy``, which invoices down payments come off, from the company (``next``).

        A milestone is ``{"external_key": str, "name": str, "due": {"on": …}, "percent" | "amount" | "balance": …,
        "lines"?, "payment_term"?, "description"?}``: exactly one of percent (0 to 100, of the lines covered), amount
        (untaxed, in the order's currency) and ``"balance": true``. ``lines`` are ids of order lines, or words of
        their texts; left out, all lines of the schedule.

        ``due`` is one of ``{"on": "confirmation"}``, ``{"on": "date", "date": "YYYY-MM-DD"}``,
        ``{"on": "offset", "number": 30, "unit": "days" | "business_days" | "months", "from": "confirmation" or a
        milestone's external_key}``, ``{"on": "task", "tasks"?: [ids or names], "pattern"?: str}``,
        ``{"on": "milestone", "milestone"?: id or name of a project milestone}``, ``{"on": "delivery"}``,
        ``{"on": "manual", "planned_date"?}``.

        :param list payload: the entries
        :param bool dry_run: say what would happen, and write nothing
        :return: per entry, in order, ``{"external_key", "status", "schedule_id", "milestones": {external_key: id},
            "errors": [{"path", "message"}]}``; ``status`` is ``"created"``, ``"updated"``, ``"unchanged"`` (the same
            key and content as before) or ``"refused"``
        :raises AccessError: without the right to make schedules.
        :raises UserError: when ``payload`` is not a list of entries with at most 2,000 milestones in all, or
            ``dry_run`` neither true nor false.
        """
        self.check_access("create")
        payload = read_argument(self.env, "payload", reading.items, payload, MOST_MILESTONES)
        dry_run = read_argument(self.env, "dry_run", reading.flag, dry_run)
        sent = [entry.get("milestones") for entry in payload if isinstance(entry, dict)]
        if sum(len(rows) for rows in sent if isinstance(rows, list)) > MOST_MILESTONES:
            most = f"{MOST_MILESTONES:,}"
            raise UserError(
                self.env._("payload: at most %s milestones in one call. Send the orders in several calls.", most)
            )
        return [self._import_entry(entry, f"payload[{index}]", dry_run) for index, entry in enumerate(payload)]

    @api.model
    def _import_entry(self, entry, path, dry_run):
        key = entry.get("external_key") if isinstance(entry, dict) else ""
        shown = key if reading.is_storable(key) else ""
        result = {"external_key": shown, "status": "refused", "schedule_id": 0, "milestones": {}, "errors": []}
        try:
            with self.env.cr.savepoint():
                schedule, status = self._import_checked(entry, path)
                named = schedule.milestone_ids.filtered("external_key")
                result.update(
                    status=status,
                    schedule_id=0 if dry_run and status == "created" else schedule.id,
                    milestones={row.external_key: 0 if dry_run and status != "unchanged" else row.id for row in named},
                )
                if dry_run:
                    raise _DryRun
        except _DryRun:
            self.env.invalidate_all()
        except ImportRefused as refused:
            result.update(status="refused", schedule_id=0, milestones={}, errors=refused.errors)
        except (UserError, ValidationError) as error:
            errors = [{"path": path, "message": str(error)}]
            result.update(status="refused", schedule_id=0, milestones={}, errors=errors)
        return result

    @api.model
    def _import_checked(self, entry, path):
        """Write one entry; return (schedule, status).

        :raises ImportRefused: with the path of each thing that is wrong.
        """
        errors = ImportErrors(self.env)
        self._check_shape(entry, path, errors)
        errors.raise_if_any()
        order = self._import_order(entry["order"], f"{path}.order", errors)
        template = self._import_template(entry.get("template"), f"{path}.template", errors)
        errors.raise_if_any()
        content = hashlib.sha256(json.dumps(entry, sort_keys=True).encode()).hexdigest()
        known = self.search([("external_key", "=", entry["external_key"]), ("company_id", "=", order.company_id.id)])
        if known and known.order_id != order:
            errors.add(f"{path}.order", self.env._("This schedule belongs to order %s.", known.sudo().order_id.name))
            errors.raise_if_any()
        if known and known.external_content == content:
            return known, "unchanged"
        schedule = known or self._import_create(entry, order, template)
        if entry.get("milestones"):
            schedule._import_milestones(entry["milestones"], f"{path}.milestones", errors)
            errors.raise_if_any()
        schedule.write(self._import_settings(entry, template))
        schedule.sudo().external_content = content
        schedule._cover_lines()
        schedule._plan()
        schedule._check_import_worth(f"{path}.milestones", entry.get("milestones") or [], errors)
        errors.raise_if_any()
        schedule.milestone_ids._activate()
        return schedule, "updated" if known else "created"

    @api.model
    def _import_create(self, entry, order, template):
        schedule = plan_deferred(self).create(
            {
                "order_id": order.id,
                "external_key": entry["external_key"],
                "template_id": template.id if not entry.get("milestones") else False,
                **self._import_settings(entry, template),
            }
        )
        return self.browse(schedule.id)

    @api.model
    def _import_settings(self, entry, template):
        settings = {name: entry[name] for name in ("name", *CHOICES) if entry.get(name)}
        for name in CHOICES:
            if template[name]:
                settings.setdefault(name, template[name])
        return settings

    # === LOOKING UP === #

    @api.model
    def _import_order(self, ref, path, errors):
        """Return the order with this id or name that the user may read."""
        domain = [("id", "=", ref)] if isinstance(ref, int) and not isinstance(ref, bool) else [("name", "=", ref)]
        orders = self.env["sale.order"].search(domain, limit=2)
        if not orders:
            errors.add(path, self.env._("No order %s that you may read.", ref))
        elif len(orders) > 1:
            errors.add(path, self.env._("Several orders are named %s: send the id.", ref))
        elif orders.state == "cancel":
            errors.add(path, self.env._("Order %s is cancelled.", orders.name))
        return orders

    @api.model
    def _import_template(self, ref, path, errors):
        Template = self.env["billing.schedule.template"]
        if not ref:
            return Template
        domain = [("id", "=", ref)] if isinstance(ref, int) else [("name", "=", ref)]
        template = Template.search(domain, limit=1)
        if not template:
            errors.add(path, self.env._("No template %s.", ref))
        return template

    def _import_milestones(self, milestones, path, errors):
        """Create, update and remove milestones, so that they are those of ``milestones``."""
        self.ensure_one()
        by_key = {row.external_key: row for row in self.milestone_ids if row.external_key}
        self._import_remove({row["external_key"] for row in milestones}, path, errors)
        wanted = {
            values["external_key"]: self._import_values(values, index, f"{path}[{index}]", errors)
            for index, values in enumerate(milestones)
        }
        errors.raise_if_any()
        for key in wanted.keys() & by_key.keys():
            record = plan_deferred(by_key[key])
            record.write(record._import_changes(wanted[key]))
        added = [key for key in wanted if key not in by_key]
        Milestone = plan_deferred(self.env["billing.milestone"])
        made = Milestone.create([dict(wanted[key], schedule_id=self.id) for key in added])
        by_key.update(zip(added, made, strict=True))
        self._import_offsets(milestones, by_key, path, errors)

    def _import_offsets(self, milestones, by_key, path, errors):
        """Link milestones that are counted from others to those, which all exist now."""
        for index, values in enumerate(milestones):
            due = values["due"]
            if due["on"] == "offset" and due.get("from", "confirmation") != "confirmation":
                base = by_key.get(due["from"])
                if not base:
                    errors.add(
                        f"{path}[{index}].due.from", self.env._("No milestone %s in this schedule.", due["from"])
                    )
                    continue
                plan_deferred(by_key[values["external_key"]]).write(
                    {"offset_from": "milestone", "offset_milestone_id": base.id}
                )

    def _import_remove(self, wanted, path, errors):
        """Remove the milestones whose key is none of the ``wanted``."""
        gone = self.milestone_ids.filtered(lambda row: row.external_key not in wanted)
        kept = gone.filtered(lambda row: row.attainment_ids or row.sudo().invoice_line_ids)
        for milestone in kept:
            errors.add(
                path,
                self.env._("%s was attained, so it cannot be left out.", milestone.external_key or milestone.name),
            )
        plan_deferred(gone - kept).unlink()

    def _import_values(self, values, index, place, errors):
        """Return the values of a ``billing.milestone`` as ``values`` describe it."""
        due, kind = (
            values["due"],
            next(name for name in ("percent", "amount", "balance") if values.get(name) not in (None, False)),
        )
        lines = self._import_lines(values.get("lines"), f"{place}.lines", errors)
        if kind == "amount" and values["amount"] < 0 and not (lines or self.order_id.order_line)._has_discount():
            errors.add(f"{place}.amount", self.env["billing.milestone"]._negative_refusal(values["name"]))
        return {
            "external_key": values["external_key"],
            "name": values["name"],
            "sequence": (index + 1) * 10,
            "due_on": due["on"],
            "amount_type": {"amount": "fixed"}.get(kind, kind),
            "percent": values["percent"] if kind == "percent" else 0.0,
            "amount_fixed": values["amount"] if kind == "amount" else 0.0,
            "line_ids": [Command.set(lines.ids)],
            "payment_term_id": self._import_term(values.get("payment_term"), f"{place}.payment_term", errors).id,
            "description": values.get("description") or False,
            **self._import_due(due, f"{place}.due", errors),
        }

    def _import_lines(self, refs, path, errors):
        """Return the order lines that ``refs`` (ids, or words of their texts) mean."""
        lines = self.order_id.order_line.filtered(lambda line: line._is_schedulable())
        found = lines.browse()
        for ref in refs or []:
            if isinstance(ref, int):
                hits = lines.filtered(lambda line, ref=ref: line.id == ref)
            else:
                hits = lines.filtered(lambda line, ref=ref: matches(str(ref), line.name, line.product_id.display_name))
            if not hits:
                errors.add(path, self.env._("No line %(line)s in order %(order)s.", line=ref, order=self.order_id.name))
            found |= hits
        return found

    def _import_term(self, ref, path, errors):
        Term = self.env["account.payment.term"]
        if not ref:
            return Term
        term = Term.search([("id", "=", ref)] if isinstance(ref, int) else [("name", "=", ref)], limit=1)
        if not term:
            errors.add(path, self.env._("No payment terms %s.", ref))
        return term

    def _import_due(self, due, path, errors):
        """Return the values that say what makes the milestone due."""
        if due["on"] == "date":
            return {"date": reading.day(due["date"])}
        if due["on"] == "offset":
            return self._import_offset(due)
        if due["on"] == "task":
            tasks = self._import_tasks(due.get("tasks") or due.get("task"), f"{path}.tasks", errors)
            return {"task_ids": [Command.set(tasks.ids)], "task_pattern": due.get("pattern") or False}
        if due["on"] == "milestone":
            return {"project_milestone_id": self._import_native(due.get("milestone"), f"{path}.milestone", errors).id}
        if due.get("planned_date"):
            return {"planned_date": reading.day(due["planned_date"])}
        return {}

    @api.model
    def _import_offset(self, due):
        unit = next((name for name, _label in OFFSET_UNITS if name in due), due.get("unit", "days"))
        number = due.get(unit, due.get("number"))
        return {
            "offset_number": number,
            "offset_unit": unit,
            "offset_from": "confirmation",
            "offset_milestone_id": False,
        }

    def _import_tasks(self, refs, path, errors):
        """Return the tasks that ``refs`` (one or a list of ids, or names in the order's projects) mean."""
        Task = found = self.env["project.task"]
        for ref in refs if isinstance(refs, list) else [refs] if refs else []:
            domain = (
                [("id", "=", ref)]
                if isinstance(ref, int)
                else [("name", "=", ref), ("sale_order_id", "=", self.order_id.id)]
            )
            hits = Task.search(domain)
            if not hits:
                errors.add(path, self.env._("No task %(task)s of order %(order)s.", task=ref, order=self.order_id.name))
            found |= hits
        return found

    def _import_native(self, ref, path, errors):
        Native = self.env["project.milestone"]
        if not ref:
            return Native
        projects = self.order_id.sudo().order_line.project_id | self.order_id.sudo().project_id
        domain = (
            [("id", "=", ref)] if isinstance(ref, int) else [("name", "=", ref), ("project_id", "in", projects.ids)]
        )
        native = Native.search(domain, limit=1)
        if not native:
            errors.add(path, self.env._("No project milestone %s.", ref))
        return native
