import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { CompanyStatus } from "./company_status";
import { ForecastChart } from "./forecast_chart";

/** The first screen of the revenue app: closes, exceptions, balances and forecast, each a click from its list. */
export class RevenueDashboard extends Component {
    static template = "revenue_recognition.Dashboard";
    static components = { CompanyStatus, ForecastChart, Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.display = { controlPanel: {} };
        this.state = useState({ companies: [], turn: 0 });
        this.refreshLabel = _t("Refresh");
        onWillStart(() => this.load());
    }

    async load() {
        const { companies } = await this.orm.call("revenue.close", "get_dashboard", []);
        this.state.companies = companies;
        this.state.turn++;
    }
}

registry.category("actions").add("revenue_recognition.dashboard", RevenueDashboard);
