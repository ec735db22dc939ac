import { Component, onWillStart, useEffect, useRef, useState } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { formatMonetary } from "@web/views/fields/formatters";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { chartConfig, columns } from "./timeline_chart";

/**
 * What is billed, recognised and forecast of a contract, as a chart or as a table.
 */
export class RevenueTimeline extends Component {
    static template = "revenue_recognition.Timeline";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.canvas = useRef("canvas");
        this.columns = columns();
        this.state = useState({ timeline: null, asTable: false });
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useRecordObserver((record) => this.load(record));
        useEffect(
            () => this.draw(),
            () => [this.state.timeline, this.state.asTable]
        );
    }

    /** Ask for the timeline of the contract, and again when another one is shown or this one is saved. */
    async load({ resId, data: { write_date } }) {
        const asked = [resId, write_date?.toMillis?.()].join();
        if (asked !== this.asked) {
            this.asked = asked;
            this.state.timeline = resId
                ? await this.orm.call("revenue.contract", "get_timeline", [[resId]])
                : null;
        }
    }

    /** Draw the chart; return how to undo it. */
    draw() {
        if (!this.canvas.el) {
            return;
        }
        const chart = new Chart(this.canvas.el, chartConfig(this.timeline));
        return () => chart.destroy();
    }

    get timeline() {
        return this.state.timeline;
    }

    get summary() {
        const values = Object.fromEntries(
            this.columns.map(({ name }) => [name, this.formatAmount(this.latest(name))])
        );
        return _t("Billed %(billed)s, recognised %(recognised)s, at the end %(forecast)s", values);
    }

    latest(name) {
        const known = this.timeline.points.map((point) => point[name]).filter((amount) => amount !== false);
        return known.at(-1) || 0;
    }

    formatAmount(amount) {
        return amount === false ? "" : formatMonetary(amount, { currencyId: this.timeline.currency });
    }

    formatDay(day) {
        return formatDate(deserializeDate(day));
    }

    toggle() {
        this.state.asTable = !this.state.asTable;
    }
}

registry.category("view_widgets").add("revenue_timeline", {
    component: RevenueTimeline,
    fieldDependencies: [{ name: "write_date", type: "datetime" }],
});
