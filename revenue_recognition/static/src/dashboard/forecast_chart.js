/* global Chart */

import { Component, onMounted, onWillUnmount, onWillUpdateProps, useEffect, useRef, useState } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { getColor, getCustomColor } from "@web/core/colors/colors";
import { deserializeDate } from "@web/core/l10n/dates";
import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { formatMonetary } from "@web/views/fields/formatters";

/** Revenue of the last and the next months as bars; the same as a table for who does not see them. */
export class ForecastChart extends Component {
    static template = "revenue_recognition.ForecastChart";
    static props = { company: Object, turn: Number };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.canvas = useRef("canvas");
        this.state = useState({ forecast: null });
        onMounted(() => this.load(this.props));
        onWillUpdateProps((next) => {
            if (next.turn !== this.props.turn) {
                this.load(next);
            }
        });
        useEffect(
            () => this.draw(),
            () => [this.state.forecast]
        );
        onWillUnmount(() => this.chart?.destroy());
    }

    /** The chart comes after the rest of the page: it is the dearest part. */
    async load({ company }) {
        const [forecast] = await Promise.all([
            this.orm.silent.call("revenue.close", "get_forecast", [company.id]),
            loadBundle("web.chartjs_lib"),
        ]);
        this.state.forecast = forecast;
    }

    get forecast() {
        return this.state.forecast;
    }

    get series() {
        return [
            { name: "recognised", label: _t("Recognised") },
            { name: "forecast", label: _t("Forecast") },
        ];
    }

    get months() {
        return this.forecast.months.map((month) => deserializeDate(month).toFormat("LLL yyyy"));
    }

    get isEmpty() {
        const { recognised, forecast } = this.forecast;
        return ![...recognised, ...forecast].some(Boolean);
    }

    formatAmount(amount, options) {
        return formatMonetary(amount, { currencyId: this.props.company.currency, ...options });
    }

    draw() {
        this.chart?.destroy();
        this.chart = this.canvas.el ? new Chart(this.canvas.el, this.config) : null;
    }

    get config() {
        const scheme = cookie.get("color_scheme");
        const text = getCustomColor(scheme, "#111827", "#E4E4E4");
        const rtl = localization.direction === "rtl";
        const colors = [getColor(0, scheme, "sm"), getCustomColor(scheme, "#B8D9FA", "#2F5B85")];
        return {
            type: "bar",
            data: {
                labels: this.months,
                datasets: this.series.map(({ name, label }, index) => ({
                    label,
                    data: this.forecast[name],
                    backgroundColor: colors[index],
                    borderColor: colors[0],
                    borderWidth: index,
                    stack: "revenue",
                })),
            },
            options: {
                maintainAspectRatio: false,
                animation: false,
                interaction: { mode: "index", intersect: false },
                plugins: {
                    legend: { position: "bottom", rtl, labels: { color: text } },
                    tooltip: {
                        rtl,
                        callbacks: { label: (item) => `${item.dataset.label}: ${this.formatAmount(item.parsed.y)}` },
                    },
                },
                scales: {
                    x: { stacked: true, reverse: rtl, ticks: { color: text }, grid: { display: false } },
                    y: {
                        stacked: true,
                        position: rtl ? "right" : "left",
                        ticks: {
                            color: text,
                            callback: (value) => this.formatAmount(value, { humanReadable: true, digits: [16, 0] }),
                        },
                    },
                },
            },
        };
    }

    openWaterfall() {
        return this.action.doAction("revenue_recognition.action_revenue_waterfall_filled", {
            additionalContext: { default_company_id: this.props.company.id },
        });
    }
}
