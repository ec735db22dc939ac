import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { contains, defineModels, fields, models, mountView, onRpc } from "@web/../tests/web_test_helpers";
import { chartConfig, positionOfToday } from "@revenue_recognition/timeline/timeline_chart";

describe.current.tags("desktop");

class Contract extends models.Model {
    _name = "revenue.contract";
    name = fields.Char();
    _records = [{ id: 3, name: "S00042" }];
}

defineMailModels();
defineModels([Contract]);

const TIMELINE = {
    currency: 1,
    price: 1200,
    today: "2026-02-14",
    closed: "2026-01-31",
    waiting: 0,
    problems: [],
    points: [
        { date: "2026-01-31", billed: 1200, recognised: 101.92, forecast: 101.92 },
        { date: "2026-02-28", billed: 1200, recognised: false, forecast: 193.97 },
        { date: "2026-03-31", billed: false, recognised: false, forecast: 295.89 },
    ],
};

async function mountTimeline(values = {}) {
    onRpc("get_timeline", () => ({ ...TIMELINE, ...values }));
    await mountView({
        resModel: "revenue.contract",
        type: "form",
        resId: 3,
        arch: `<form><field name="name"/><widget name="revenue_timeline"/></form>`,
    });
}

test("a chart, described for who does not see it", async () => {
    await mountTimeline();
    expect(".o_revenue_timeline canvas").toHaveCount(1);
    expect(".o_revenue_timeline canvas").toHaveAttribute("aria-label", /Billed .*1,200\.00, recognised .*101\.92/);
    expect(".o_revenue_timeline").toHaveText(/Recognised by closes through 01\/31\/2026/);
});

test("the same as a table, and back", async () => {
    await mountTimeline();
    await contains(".o_revenue_timeline button:contains(Table)").click();
    expect(".o_revenue_timeline canvas").toHaveCount(0);
    expect(queryAllTexts(".o_revenue_timeline thead th")).toEqual(["Through", "Billed", "Recognised", "Forecast"]);
    expect(queryAllTexts(".o_revenue_timeline tbody tr:eq(1) td")[0]).toMatch(/1,200\.00/);
    expect(queryAllTexts(".o_revenue_timeline tbody tr:eq(1) td")[1]).toBe("");
    await contains(".o_revenue_timeline button:contains(Chart)").click();
    expect(".o_revenue_timeline canvas").toHaveCount(1);
});

test("what waits for a fact is told, and what is in the way", async () => {
    await mountTimeline({ waiting: 77 });
    expect(".o_revenue_timeline").toHaveText(/77\.00 waits for what has no date yet/);
});

test("a contract that cannot be worked out says why", async () => {
    await mountTimeline({ points: [], problems: ["Support has no end."] });
    expect(".o_revenue_timeline canvas").toHaveCount(0);
    expect(".o_revenue_timeline").toHaveText(/Support has no end/);
});

test("today is between two points, or nowhere", () => {
    expect(positionOfToday(TIMELINE.points, "2026-02-14")).toBe(0.5);
    expect(positionOfToday(TIMELINE.points, "2026-01-10")).toBe(0);
    expect(positionOfToday(TIMELINE.points, "2026-05-01")).toBe(null);
});

test("lines end where nothing is known, and differ by more than colour", () => {
    const { datasets } = chartConfig(TIMELINE).data;
    expect(datasets.map((one) => one.data)).toEqual([
        [1200, 1200, null],
        [101.92, null, null],
        [101.92, 193.97, 295.89],
    ]);
    expect(new Set(datasets.map((one) => one.pointStyle)).size).toBe(3);
});
