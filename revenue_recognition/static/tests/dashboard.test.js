import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts, waitFor } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { contains, makeMockEnv, mockService, mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";
import { loadBundle } from "@web/core/assets";
import { getDefaultConfig } from "@web/views/view";
import { RevenueDashboard } from "@revenue_recognition/dashboard/dashboard";

describe.current.tags("desktop");
defineMailModels();

const BALANCES = { contract_asset: 25000, contract_liability: 0, refund_liability: 0, loss_provision: 0, contract_cost: 0 };

function makeCompany(values = {}) {
    return {
        id: 1,
        name: "Nordkai",
        currency: 1,
        close: { closed: "2026-09-30", next: "2026-10-31", days: 5, open: false },
        exceptions: { blocking: 2, hints: 0, proposed: 1, drafts: 0 },
        balances: BALANCES,
        ...values,
    };
}

async function mountDashboard(company = makeCompany(), ledger = { date: "2026-09-30", difference: 0, accounts: 0 }) {
    onRpc("revenue.close", "get_dashboard", () => {
        expect.step("get_dashboard");
        return { today: "2026-11-05", companies: [company] };
    });
    onRpc("revenue.close", "get_ledger_status", ({ args }) => {
        expect.step(["get_ledger_status", ...args]);
        return ledger;
    });
    onRpc("revenue.close", "get_forecast", ({ args }) => {
        expect.step(["get_forecast", ...args]);
        return {
            months: ["2026-10-01", "2026-11-01"],
            recognised: [100, 0],
            forecast: [0, 250],
            after: 0,
            unscheduled: 77,
        };
    });
    mockService("action", {
        loadAction: (xmlId) => ({ xmlId }),
        doAction: (action) => expect.step(action),
    });
    const env = await makeMockEnv({ config: getDefaultConfig() });
    await loadBundle("web.chartjs_lib");
    await mountWithCleanup(RevenueDashboard, { env, props: { action: {} } });
    await animationFrame();
    expect.verifySteps(["get_dashboard", ["get_ledger_status", 1], ["get_forecast", 1]]);
}

const tile = (name) => `.o_revenue_tile[data-name=${name}]`;

test("figures first, then ledger and forecast", async () => {
    await mountDashboard();
    expect(tile("close")).toHaveText(/Next close\s+ended 5 days ago\s+Period through 10\/31\/2026/);
    expect(tile("blocking")).toHaveText(/2\s+Something is missing/);
    expect(tile("contract_asset")).toHaveText(/25,000\.00\s+Booked through 09\/30\/2026/);
    expect(tile("ledger")).toHaveText(/They agree\s+On 09\/30\/2026/);
});

test("what is nothing is left out, but contract asset and liability", async () => {
    await mountDashboard();
    expect(tile("contract_liability")).toHaveCount(1);
    expect(tile("refund_liability")).toHaveCount(0);
});

test("the lines of tiles are as even as can be", async () => {
    const balances = { ...BALANCES, refund_liability: 5 };
    await mountDashboard(makeCompany({ balances }));
    expect(".o_revenue_tile").toHaveCount(8);
    const { style } = document.querySelector(".o_revenue_tiles");
    expect([style.getPropertyValue("--o-tiles-narrow"), style.getPropertyValue("--o-tiles-wide")]).toEqual(["4", "4"]);
});

test("a tile opens what is behind it, of its company only", async () => {
    await mountDashboard();
    await contains(tile("blocking")).click();
    expect.verifySteps([
        {
            xmlId: "revenue_recognition.action_revenue_exception",
            domain: [
                ["is_todo", "=", true],
                ["company_id", "=", 1],
            ],
            context: { search_default_blocking: 1 },
        },
    ]);
    await contains(tile("contract_asset")).click();
    expect.verifySteps([
        {
            xmlId: "revenue_recognition.action_revenue_contract",
            domain: [["company_id", "=", 1]],
            context: { search_default_asset: 1 },
        },
    ]);
});

test("a close at work opens itself", async () => {
    const open = { id: 15, name: "REV/2026/10", state: "To Approve", hint: "" };
    await mountDashboard(makeCompany({ close: { closed: false, next: "2026-10-31", days: -1, open } }));
    expect(tile("close")).toHaveText(/REV\/2026\/10\s+To Approve\s+10\/31\/2026 · 1 day to its end/);
    await contains(tile("close")).click();
    expect.verifySteps([
        {
            type: "ir.actions.act_window",
            name: "Closes",
            res_model: "revenue.close",
            views: [[false, "form"]],
            domain: [["company_id", "=", 1]],
            res_id: 15,
        },
    ]);
});

test("a difference from the ledger is told by its amount and its icon", async () => {
    await mountDashboard(makeCompany(), { date: "2026-09-30", difference: 70, accounts: 1 });
    expect(tile("ledger")).toHaveText(/70\.00/);
    expect(`${tile("ledger")} .fa-times-circle`).toHaveCount(1);
});

test("the forecast says in a table what its bars say", async () => {
    await mountDashboard();
    await waitFor(".o_revenue_forecast canvas");
    expect(queryAllTexts(".o_revenue_forecast tbody th")).toEqual(["Oct 2026", "Nov 2026"]);
    expect(".o_revenue_forecast tbody tr:eq(1) td:eq(1)").toHaveText(/250\.00/);
    expect(".o_revenue_forecast header").toHaveText(/77\.00 has no month yet/);
});

test("refresh asks for all of it again", async () => {
    await mountDashboard();
    await contains(".o_revenue_dashboard_refresh").click();
    await animationFrame();
    expect.verifySteps(["get_dashboard", ["get_ledger_status", 1], ["get_forecast", 1]]);
});
