import { _t } from "@web/core/l10n/translation";
import { Component } from "@odoo/owl";
import { day, money } from "./milestone_format";
import { STATUSES } from "./milestone_status";

/** One milestone of a plan: its status, name, amount and day. */
export class MilestoneCard extends Component {
    static template = "milestone_billing.MilestoneCard";
    static props = { milestone: Object, onSelect: Function, order: { type: Boolean, optional: true } };

    get status() {
        return STATUSES[this.props.milestone.status];
    }

    get amount() {
        return money(this.props.milestone.amount, this.props.milestone.currency_id);
    }

    get day() {
        const { attained_date: attained, planned_date: planned } = this.props.milestone;
        if (attained) {
            return _t("Attained %s", day(attained));
        }
        return planned ? _t("Planned %s", day(planned)) : _t("No date yet");
    }
}
