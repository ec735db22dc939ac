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
    new: ["#2e9e6b", "#3fb680"],
    expansion: ["#8fd0b0", "#2b7a55"],
    reactivation: ["#3a7ca5", "#5b9bc4"],
    pause: ["#c3c9d2", "#6b7280"],
    contraction: ["#e0a030", "#e8b458"],
    churn: ["#c8504b", "#d9706b"],
};

/** How recurring revenue moved, month by month, and what it came to. The table below says the same. */
export class RecurringRevenueChart extends Component {
    static template = "subscription_billing.RecurringRevenueChart";
    static props = {
        data: { type: Object, shape: { currency_id: Number, months: Array, series: Object, mrr: Array } },
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
        return {
            new: _t("New"),
            expansion: _t("Expansion"),
            reactivation: _t("Reactivation"),
            pause: _t("Paused, Resumed"),
            contraction: _t("Contraction"),
            churn: _t("Churn"),
        };
    }

    get rows() {
        const { series, mrr } = this.props.data;
        const rows = Object.entries(this.labels).map(([key, label]) => ({ key, label, amounts: series[key] }));
        return [...rows, { key: "mrr", label: _t("MRR"), amounts: mrr }];
    }

    get months() {
        return this.props.data.months.map((day) => deserializeDate(day).toFormat("MMM yyyy"));
    }

    get isEmpty() {
        return !this.rows.some(({ amounts }) => amounts.some(Boolean));
    }

    formatAmount(amount) {
        return formatCurrency(amount, this.props.data.currency_id);
    }

    renderChart() {
        this.chart?.destroy();
        this.chart = this.canvas.el ? new Chart(this.canvas.el, this.getConfig()) : null;
    }

    getConfig() {
        const scheme = cookie.get("color_scheme");
        const rtl = localization.direction === "rtl";
        const text = getCustomColor(scheme, "#111827", "#E4E4E4");
        const grid = getCustomColor(scheme, "#d8dadd", "#3C3E4B");
        const { series, mrr, currency_id: currencyId } = this.props.data;
        // Months by their bars, and what they came to as a line above; kinds that never happened are left out.
        const kinds = Object.entries(COLORS).filter(([key]) => series[key].some(Boolean));
        const datasets = kinds.map(([key, [light, dark]]) => ({
            type: "bar",
            label: this.labels[key].toString(),
            data: series[key],
            backgroundColor: getCustomColor(scheme, light, dark),
            order: 1,
        }));
        datasets.push({
            type: "line",
            label: _t("MRR").toString(),
            data: mrr,
            borderColor: text,
            backgroundColor: text,
            borderWidth: 2,
            pointRadius: 2,
            stack: "mrr",
            order: 0,
        });
        return {
            data: { labels: this.months, datasets },
            options: {
                maintainAspectRatio: false,
                animation: false,
                plugins: {
                    legend: { position: "bottom", rtl, labels: { color: text, boxWidth: 14 } },
                    tooltip: {
                        rtl,
                        callbacks: { label: (item) => `${item.dataset.label}: ${this.formatAmount(item.raw)}` },
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
                            callback: (value) => formatCurrency(value, currencyId, { humanReadable: true, digits: [16, 0] }),
                        },
                    },
                },
            },
        };
    }
}
