import { _t } from "@web/core/l10n/translation";
import { Component, useState } from "@odoo/owl";
import { day, money } from "./milestone_format";
import { STATUSES } from "./milestone_status";

/** Why a milestone is due, what attaining it will do, what keeps it back, and what the user may do about it. */
export class MilestonePopover extends Component {
    static template = "milestone_billing.MilestonePopover";
    static props = { milestone: Object, acts: Object, close: { type: Function, optional: true } };

    setup() {
        this.state = useState({ busy: false });
    }

    get status() {
        return STATUSES[this.props.milestone.status];
    }

    get amount() {
        return money(this.props.milestone.amount, this.props.milestone.currency_id);
    }

    get billed() {
        return money(this.props.milestone.billed, this.props.milestone.currency_id);
    }

    get attained() {
        const { attained_percent: percent, attained_date: date } = this.props.milestone;
        if (!percent) {
            return "";
        }
        return percent < 100
            ? _t("%(percent)s % on %(date)s", { percent, date: day(date) })
            : day(date);
    }

    get buttons() {
        const labels = {
            attain: [_t("Attain"), "fa-check", "btn-primary"],
            attain_to: [
                _t("Attain to…"),
                "fa-adjust",
                "btn-secondary",
                _t("Choose the day and the cumulative percentage."),
            ],
            retry: [_t("Retry"), "fa-refresh", "btn-primary"],
            credit: [
                _t("Credit Note"),
                "fa-file-text-o",
                "btn-primary",
                _t("Draft the credit note of what is billed and no longer attained."),
            ],
            hold: [_t("Hold"), "fa-pause", "btn-secondary"],
            open_invoices: [_t("Open Invoice"), "fa-file-text-o", "btn-secondary"],
            undo: [_t("Undo"), "fa-undo", "btn-secondary"],
            open: [_t("Open"), "fa-external-link", "btn-secondary"],
        };
        return this.props.milestone.actions
            .filter((name) => labels[name])
            .map((name) => ({
                name,
                label: labels[name][0],
                icon: labels[name][1],
                style: labels[name][2],
                title: labels[name][3],
            }));
    }

    /** What undoing does, where it is offered. */
    get undoing() {
        const { actions, undoing } = this.props.milestone;
        return actions.includes("undo") ? undoing : "";
    }

    get mayRelease() {
        return this.props.milestone.actions.includes("release");
    }

    async act(name, ...args) {
        this.state.busy = true;
        try {
            await this.props.acts[name](this.props.milestone, ...args);
            this.props.close?.();
        } finally {
            this.state.busy = false;
        }
    }
}
