import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { useBillingUpdates } from "../updates/use_billing_updates";
import { BillingDashboardList } from "./billing_dashboard_list";
import { BillingDashboardTile } from "./billing_dashboard_tile";
import { BillingPlanChart } from "./billing_plan_chart";

/** The first screen of the billing app: what waits, what is late and what comes, each a click from its list. */
export class BillingDashboard extends Component {
    static template = "milestone_billing.BillingDashboard";
    static components = { BillingDashboardList, BillingDashboardTile, BillingPlanChart, Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ data: null });
        this.display = { controlPanel: {} };
        onWillStart(() => this.load());
        useBillingUpdates(
            () => null,
            () => this.load()
        );
    }

    async load() {
        this.state.data = await this.orm.call("billing.milestone", "get_dashboard", []);
    }

    get tiles() {
        return [
            { key: "ready", label: _t("Ready to bill"), icon: "fa-check", filters: ["ready"], queue: true },
            {
                key: "blocked",
                label: _t("Blocked or failed"),
                icon: "fa-exclamation-triangle",
                filters: ["blocked", "failed", "draft_credit"],
                queue: true,
            },
            { key: "held", label: _t("On hold"), icon: "fa-pause-circle", filters: ["held"] },
            { key: "late", label: _t("Late"), icon: "fa-clock-o", filters: ["late"] },
            { key: "upcoming", label: _t("Next 60 days"), icon: "fa-calendar", filters: ["upcoming"] },
            { key: "undated", label: _t("No planned date"), icon: "fa-calendar-o", filters: ["undated"] },
        ];
    }

    get lists() {
        return [
            {
                key: "waiting",
                title: _t("Needs a person"),
                empty: _t("Nothing is blocked. What cannot be billed appears here, with what lifts it."),
                filters: ["blocked", "failed", "draft_credit"],
                queue: true,
            },
            {
                key: "late",
                title: _t("Late"),
                empty: _t("No milestone is behind its plan."),
                filters: ["late"],
            },
            {
                key: "upcoming",
                title: _t("Next"),
                empty: _t("Nothing is planned in the next 60 days. Give milestones a planned date on their order."),
                filters: ["upcoming"],
            },
        ];
    }

    /** Open the milestones that these filters leave: what waits in the queue, whose columns have the total of the tile. */
    openFiltered({ filters, queue }) {
        const additionalContext = Object.fromEntries(filters.map((name) => [`search_default_${name}`, 1]));
        const name = queue ? "action_billing_milestone_queue" : "action_billing_milestone";
        return this.action.doAction(`milestone_billing.${name}`, { additionalContext });
    }

    get setupText() {
        const { done, total } = this.state.data.setup;
        return _t("Set up billing: %(done)s of %(total)s steps are done.", { done, total });
    }

    openSetup() {
        return this.action.doAction("milestone_billing.action_billing_setup");
    }

    openMilestone(id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "billing.milestone",
            res_id: id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("milestone_billing.dashboard", BillingDashboard);
