import { cookie } from "@web/core/browser/cookie";
import { getColor, getCustomColor } from "@web/core/colors/colors";
import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";
import { formatMonetary } from "@web/views/fields/formatters";

const { DateTime } = luxon;

/** Draws a line where today is, with its name. */
const today = {
    id: "revenueToday",
    afterDatasetsDraw(chart, _args, { position, color }) {
        if (position === null || position === undefined) {
            return;
        }
        const { ctx, chartArea, scales } = chart;
        const last = scales.x.ticks.length - 1;
        const from = scales.x.getPixelForValue(Math.max(0, Math.floor(position)));
        const to = scales.x.getPixelForValue(Math.min(last, Math.ceil(position)));
        const x = from + (to - from) * (position - Math.floor(position));
        ctx.save();
        ctx.strokeStyle = ctx.fillStyle = color;
        ctx.setLineDash([4, 3]);
        ctx.beginPath();
        ctx.moveTo(x, chartArea.top);
        ctx.lineTo(x, chartArea.bottom);
        ctx.stroke();
        const label = _t("Today");
        const fits = x + ctx.measureText(label).width + 8 < chartArea.right;
        ctx.textAlign = fits ? "left" : "right";
        ctx.fillText(label, fits ? x + 4 : x - 4, chartArea.top + 10);
        ctx.restore();
    },
};

/** Where today is among the points: 2.5 is half-way between the third and the fourth. */
export function positionOfToday(points, day) {
    const now = DateTime.fromISO(day);
    const next = points.findIndex((point) => DateTime.fromISO(point.date) >= now);
    if (next < 0) {
        return null;
    }
    if (next === 0) {
        return 0;
    }
    const from = DateTime.fromISO(points[next - 1].date);
    const whole = DateTime.fromISO(points[next].date).diff(from).valueOf();
    return next - 1 + now.diff(from).valueOf() / whole;
}

/** What the lines are called, also in the table. */
export function columns() {
    return [
        { name: "billed", label: _t("Billed") },
        { name: "recognised", label: _t("Recognised") },
        { name: "forecast", label: _t("Forecast") },
    ];
}

/** Dashes and the shape of points tell the lines apart as well as colours. */
function styles(scheme) {
    const [earned, billed] = [getColor(0, scheme, "sm"), getColor(3, scheme, "sm")];
    return {
        billed: { borderColor: billed, pointStyle: "rect" },
        recognised: { borderColor: earned, pointStyle: "circle", borderWidth: 3 },
        forecast: { borderColor: earned, borderDash: [6, 4], pointStyle: "triangle" },
    };
}

/**
 * The configuration of the chart.
 *
 * @param {Object} timeline as ``get_timeline`` returns it
 */
export function chartConfig(timeline) {
    const scheme = cookie.get("color_scheme");
    const money = (amount, options) =>
        formatMonetary(amount, { currencyId: timeline.currency, ...options });
    const text = getCustomColor(scheme, "#111827", "#E4E4E4");
    const look = styles(scheme);
    const rtl = localization.direction === "rtl";
    return {
        type: "line",
        data: {
            labels: timeline.points.map((point) => DateTime.fromISO(point.date).toFormat("LLL yyyy")),
            datasets: columns().map(({ name, label }) => ({
                label,
                data: timeline.points.map((point) => (point[name] === false ? null : point[name])),
                borderWidth: 2,
                pointRadius: timeline.points.length > 24 ? 0 : 3,
                backgroundColor: look[name].borderColor,
                ...look[name],
            })),
        },
        options: {
            maintainAspectRatio: false,
            animation: false,
            interaction: { mode: "index", intersect: false },
            plugins: {
                legend: { position: "bottom", rtl, labels: { usePointStyle: true, color: text } },
                tooltip: {
                    rtl,
                    callbacks: {
                        label: (item) => `${item.dataset.label}: ${money(item.parsed.y)}`,
                    },
                },
                revenueToday: { position: positionOfToday(timeline.points, timeline.today), color: text },
            },
            scales: {
                x: {
                    reverse: rtl,
                    ticks: { color: text, maxRotation: 0, autoSkipPadding: 16 },
                    grid: { display: false },
                },
                y: {
                    beginAtZero: true,
                    position: rtl ? "right" : "left",
                    ticks: { color: text, callback: (value) => money(value, { humanReadable: true, digits: [16, 0] }) },
                },
            },
        },
        plugins: [today],
    };
}
