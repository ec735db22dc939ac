import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { formatFloatTime } from "@web/views/fields/formatters";
import { money } from "@milestone_billing/milestone/milestone_format";

/** The budget of one project: hours and cost against it, what is earned, what warns, and what to do. */
export class ProjectBudget extends Component {
    static template = "milestone_billing_budget.ProjectBudget";
    static props = { projectId: Number };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.state = useState({ panel: null });
        onWillStart(() => this.load());
        onWillUpdateProps(({ projectId }) => this.load(projectId));
    }

    get rows() {
        const { total, milestones } = this.state.panel;
        return [...milestones, { id: "total", name: _t("Total"), ...total }].map((row) => ({
            ...row,
            hoursText: `${this.hours(row.hours.spent)} / ${this.hours(row.hours.budget)}`,
            costText: row.cost && `${this.money(row.cost.spent)} / ${this.money(row.cost.budget)}`,
            over: row.hours.left < 0 || Boolean(row.cost && row.cost.left < 0),
        }));
    }

    get figures() {
        const { total } = this.state.panel;
        if (!total.revenue) {
            return [];
        }
        const { earned, margin, billed, paid, cash } = total.revenue;
        return [
            { name: "earned", label: _t("Earned"), amount: earned },
            { name: "spent", label: _t("Spent"), amount: total.cost.spent },
            { name: "committed", label: _t("Ordered, not billed"), amount: total.cost.committed },
            { name: "margin", label: _t("Margin"), amount: margin },
            { name: "at_completion", label: _t("Cost in the end"), amount: total.cost.at_completion },
            { name: "billed", label: _t("Billed"), amount: billed },
            { name: "paid", label: _t("Paid"), amount: paid },
            { name: "cash", label: _t("Cash position"), amount: cash },
        ].map((figure) => ({ ...figure, text: this.money(figure.amount), negative: figure.amount < 0 }));
    }

    get cashWords() {
        const { cash } = this.state.panel.total.revenue;
        return cash < 0
            ? _t("The firm finances the work: more is spent than paid.")
            : _t("The customer finances the work: more is paid than spent.");
    }

    get unplannedWords() {
        const { tasks, hours } = this.state.panel.unplanned;
        return _t("Unplanned work: %(tasks)s tasks, %(hours)s hours", { tasks, hours: this.hours(hours) });
    }

    async dismiss(alert) {
        await this.orm.call("project.budget.alert", "action_dismiss", [[alert.id]]);
        await this.load();
    }

    hours(value) {
        return formatFloatTime(value);
    }

    money(value) {
        return money(value, this.state.panel.currency_id);
    }

    async load(projectId = this.props.projectId) {
        this.state.panel = await this.keepLast.add(
            this.orm.call("project.project", "get_budget_panel", [[projectId]])
        );
    }

    /** Press a button of the project, and read the panel again once its dialog is closed. */
    press(name) {
        return this.action.doActionButton({
            type: "object",
            name,
            resModel: "project.project",
            resId: this.props.projectId,
            onClose: () => this.load(),
        });
    }
}
