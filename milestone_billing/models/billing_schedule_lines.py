from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

from .deferred import plan_deferred

#: Commands that change which lines are covered, and nothing of the lines themselves.
CHOOSING = (Command.LINK, Command.UNLINK, Command.SET, Command.CLEAR)


class BillingSchedule(models.Model):
    """Which lines of its order a schedule covers: it takes rights on the schedule to choose them, none on the order."""

    _inherit = "billing.schedule"

    @api.model
    def _split_line_commands(self, vals_list):
        """Take what says which lines are covered out of the values of new schedules.

        :return: the model without a default for the lines, the other values, and the commands of each
        """
        default = self.env.context.get("default_line_ids")
        context = {name: value for name, value in self.env.context.items() if name != "default_line_ids"}
        chosen = [vals.get("line_ids", default) for vals in vals_list]
        others = [{name: value for name, value in vals.items() if name != "line_ids"} for vals in vals_list]
        # ``with_context(key=…)`` cannot remove a key from the context; a whole new context can.
        return self.with_context(context), others, chosen  # pylint: disable=context-overridden

    def _cover_chosen_lines(self, commands):
        """Cover the lines that ``commands`` choose, as they are: it takes rights on the schedule, not on the order.

        :raises ValidationError: for a line of another order, and for a command that would change a line itself
        """
        self.ensure_one()
        lines = self.sudo().line_ids
        wanted = self._chosen_lines(commands)
        left = (wanted - lines).billing_schedule_id
        plan_deferred(lines - wanted).billing_schedule_id = False
        plan_deferred(wanted - lines).billing_schedule_id = self
        # What another plan covered until now leaves it.
        left._plan()

    def _chosen_lines(self, commands):
        """Return the lines of this schedule's order (``sale.order.line``, all rights) that ``commands`` choose."""
        own = {line.id: line for line in self.sudo().order_id.order_line}
        chosen = set(self.sudo().line_ids.ids)
        for kind, ids in self._line_choices(commands):
            foreign = [key for key in ids if not isinstance(key, int) or key not in own]
            if foreign and kind != Command.UNLINK:
                raise ValidationError(
                    self.env._(
                        "A schedule covers lines of its own order: %(line)s is none of %(order)s.",
                        line=foreign[0],
                        order=self.sudo().order_id.name,
                    )
                )
            if kind == Command.UNLINK:
                chosen.difference_update(key for key in ids if key not in foreign)
            else:
                chosen = chosen.union(ids) if kind == Command.LINK else set(ids)
        return self.sudo().order_id.order_line.filtered(lambda line: line.id in chosen)

    @api.model
    def _line_choices(self, commands):
        """Return ``commands``, in any form that Odoo takes for lines, as a list of (kind of command, ids)."""
        if not commands:
            return [(Command.CLEAR, ())]
        if isinstance(commands, models.BaseModel):
            return [(Command.SET, commands.ids if commands._name == "sale.order.line" else [commands])]
        if not isinstance(commands, (list, tuple)):
            raise self._refused_command(commands)
        if not isinstance(commands[0], (list, tuple)):
            return [(Command.SET, commands)]
        return [self._line_choice(command) for command in commands]

    @api.model
    def _line_choice(self, command):
        kind, key, ids = (*command, False, False)[:3] if isinstance(command, (list, tuple)) else (None, None, None)
        if kind not in CHOOSING or not isinstance(ids or [], (list, tuple)):
            raise self._refused_command(command)
        if kind in (Command.LINK, Command.UNLINK):
            return kind, [key]
        return kind, list(ids or []) if kind == Command.SET else []

    @api.model
    def _refused_command(self, command):
        return ValidationError(
            self.env._(
                "Which lines a schedule covers can be chosen on it, not what the lines say: %s is refused. "
                "Change the lines on their order.",
                command,
            )
        )
