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

    get attainedDay() {
        return day(this.props.milestone.attained_date);
    }

    get plannedDay() {
        return day(this.props.milestone.planned_date);
    }
}
