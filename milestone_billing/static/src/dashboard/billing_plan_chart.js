/* global Chart */

import { Component, onWillStart, onWillUnmount, useEffect, useRef } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { getCustomColor } from "@web/core/colors/colors";
import { formatCurrency } from "@web/core/currency";
import { deserializeDate } from "@web/core/l10n/dates";
import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";

/** From the bottom up, for light and for dark mode. */
const COLORS = {
    paid: ["#2e9e6b", "#3fb680"],
    invoiced: ["#3a7ca5", "#5b9bc4"],
    due: ["#e0a030", "#e8b458"],
    planned: ["#c3c9d2", "#6b7280"],
};

/** The plan of the next months as stacked bars: paid, invoiced, to bill and planned. The table below says the same. */
export class BillingPlanChart extends Component {
    static template = "milestone_billing.BillingPlanChart";
    static props = {
        data: { type: Object, shape: { currency_id: Number, months: Array, series: Object } },
    };

    setup() {
        this.canvas = useRef("canvas");
        this.chart = null;
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => this.renderChart(),
            () => [this.props.data]
        );
        onWillUnmount(() => this.chart?.destroy());
    }

    get labels() {
        return { paid: _t("Paid"), invoiced: _t("Invoiced"), due: _t("To bill"), planned: _t("Planned") };
    }

    get months() {
        return this.props.data.months.map((day) => deserializeDate(day).toFormat("MMM yyyy"));
    }

    get isEmpty() {
        return !Object.values(this.props.data.series).flat().some(Boolean);
    }

    formatAmount(amount) {
        return formatCurrency(amount, this.props.data.currency_id);
    }

    renderChart() {
        this.chart?.destroy();
        this.chart = null;
        if (this.canvas.el) {
            this.chart = new Chart(this.canvas.el, this.getConfig());
        }
    }

    getConfig() {
        const scheme = cookie.get("color_scheme");
        const rtl = localization.direction === "rtl";
        const text = getCustomColor(scheme, "#111827", "#E4E4E4");
        const grid = getCustomColor(scheme, "#d8dadd", "#3C3E4B");
        const datasets = Object.entries(COLORS).map(([key, [light, dark]]) => ({
            label: this.labels[key].toString(),
            data: this.props.data.series[key],
            backgroundColor: getCustomColor(scheme, light, dark),
        }));
        return {
            type: "bar",
            data: { labels: this.months, datasets },
            options: {
                maintainAspectRatio: false,
                animation: false,
                plugins: {
                    legend: { position: "bottom", rtl, labels: { color: text, boxWidth: 14 } },
                    tooltip: {
                        rtl,
                        callbacks: {
                            label: (item) => `${item.dataset.label}: ${this.formatAmount(item.raw)}`,
                        },
                    },
                },
                scales: {
                    x: { stacked: true, reverse: rtl, grid: { display: false }, ticks: { color: text } },
                    y: {
                        stacked: true,
                        position: rtl ? "right" : "left",
                        grid: { color: grid },
                        ticks: {
                            color: text,
                            maxTicksLimit: 6,
                            callback: (value) =>
                                formatCurrency(value, this.props.data.currency_id, { humanReadable: true, digits: [16, 0] }),
                        },
                    },
                },
            },
        };
    }
}
