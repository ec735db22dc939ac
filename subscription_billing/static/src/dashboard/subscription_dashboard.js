import { Component, onWillStart, useState } from "@odoo/owl";
import { formatCurrency } from "@web/core/currency";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { formatFloat } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { RecurringRevenueChart } from "./recurring_revenue_chart";

/** What subscriptions come to, how that moved, and what needs a person: each a click from its list. */
export class SubscriptionDashboard extends Component {
    static template = "subscription_billing.SubscriptionDashboard";
    static components = { Layout, RecurringRevenueChart };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ data: null });
        this.display = { controlPanel: {} };
        onWillStart(() => this.load());
    }

    async load() {
        this.state.data = await this.orm.call("subscription.charge", "get_dashboard", []);
    }

    get tiles() {
        return [
            { key: "mrr", label: _t("MRR"), icon: "fa-refresh", action: "action_subscription_mrr", filters: ["until_today"] },
            { key: "arr", label: _t("ARR"), icon: "fa-line-chart", action: "action_subscription_mrr", filters: ["until_today"] },
            { key: "net_new", label: _t("Net new this month"), icon: "fa-plus", action: "action_subscription_movement", filters: ["until_today"] },
            { key: "churn", label: _t("Churn this month"), icon: "fa-sign-out", action: "action_subscription_movement", filters: ["churn"] },
            { key: "due_soon", label: _t("Due in 30 days"), icon: "fa-calendar", action: "action_subscription_due_soon", filters: ["due_soon"] },
            { key: "ending", label: _t("End or renewal in 90 days"), icon: "fa-hourglass-end", action: "action_subscription_charge", filters: ["ending_soon"] },
            { key: "kept_back", label: _t("Kept back"), icon: "fa-exclamation-triangle", action: "action_subscription_due_soon", filters: ["kept_back"] },
        ];
    }

    /** Whether a tile counts subscriptions, rather than says an amount. */
    counts({ key }) {
        return ["due_soon", "ending", "kept_back"].includes(key);
    }

    subscriptions(count) {
        return count === 1 ? _t("1 subscription") : _t("%s subscriptions", count);
    }

    formatAmount({ amount, currency_id }) {
        return formatCurrency(amount, currency_id);
    }

    formatRate(rate) {
        return _t("%s %% of last month", formatFloat(rate, { digits: [16, 1] }));
    }

    open({ action, filters }) {
        const additionalContext = Object.fromEntries(filters.map((name) => [`search_default_${name}`, 1]));
        return this.action.doAction(`subscription_billing.${action}`, { additionalContext });
    }
}

registry.category("actions").add("subscription_billing.dashboard", SubscriptionDashboard);
