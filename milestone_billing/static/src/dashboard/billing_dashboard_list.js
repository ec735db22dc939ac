import { Component } from "@odoo/owl";
import { formatCurrency } from "@web/core/currency";
import { day } from "../milestone/milestone_format";

/** The first milestones behind a filter, each a click from its form. */
export class BillingDashboardList extends Component {
    static template = "milestone_billing.BillingDashboardList";
    static props = {
        name: String,
        title: String,
        empty: String,
        rows: Array,
        onOpen: Function,
        onOpenAll: Function,
    };

    formatAmount(row) {
        return formatCurrency(row.amount, row.currency_id);
    }

    formatDay(row) {
        return day(row.date);
    }
}
