import { Component } from "@odoo/owl";
import { formatCurrency } from "@web/core/currency";

const AMOUNTS = { type: Array, element: { type: Object, shape: { currency_id: Number, amount: Number } } };

/** One figure of the dashboard: how many milestones, and how much money, behind a filter. */
export class BillingDashboardTile extends Component {
    static template = "milestone_billing.BillingDashboardTile";
    static props = {
        name: String,
        label: String,
        icon: String,
        count: Number,
        amounts: AMOUNTS,
        credits: AMOUNTS,
        attained: AMOUNTS,
        onOpen: Function,
    };

    formatAmount({ amount, currency_id }) {
        return formatCurrency(amount, currency_id);
    }
}
