import { Component } from "@odoo/owl";
import { formatCurrency } from "@web/core/currency";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";

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
        return row.date ? formatDate(deserializeDate(row.date)) : "";
    }
}
