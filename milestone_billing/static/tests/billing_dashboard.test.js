import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { BillingDashboard } from "@milestone_billing/dashboard/billing_dashboard";
import { BillingPlanChart } from "@milestone_billing/dashboard/billing_plan_chart";
import { advanceTime, animationFrame, describe, expect, queryAllTexts, test } from "@odoo/hoot";
import { contains, makeMockEnv, mockService, mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";
import { getDefaultConfig } from "@web/views/view";

describe.current.tags("desktop");
defineMailModels();

const NO_TILE = { count: 0, amounts: [], credits: [], attained: [] };

function makeData(values = {}) {
    const months = ["2026-11-01", "2026-12-01"];
    const series = { planned: [100, 50], due: [20, 0], invoiced: [0, 0], paid: [30, 0] };
    return {
        tiles: { ready: NO_TILE, blocked: NO_TILE, held: NO_TILE, late: NO_TILE, upcoming: NO_TILE, undated: NO_TILE },
        chart: { currency_id: 1, months, series },
        waiting: [],
        late: [],
        upcoming: [],
        setup: {},
        ...values,
    };
}

async function mountDashboard(...answers) {
    onRpc("billing.milestone", "get_dashboard", () => {
        expect.step("get_dashboard");
        return answers.length > 1 ? answers.shift() : answers[0];
    });
    mockService("action", {
        doAction(action, options) {
            expect.step([action, options]);
        },
    });
    const env = await makeMockEnv({ config: getDefaultConfig() });
    await mountWithCleanup(BillingDashboard, { env, props: { action: {} } });
    expect.verifySteps(["get_dashboard"]);
}

test("a tile shows count and amounts, and opens the milestones behind it", async () => {
    const late = { ...NO_TILE, count: 3, amounts: [{ currency_id: 1, amount: 1234.5 }] };
    await mountDashboard(makeData({ tiles: { ...makeData().tiles, late } }));

    expect(".o_billing_tile").toHaveCount(6);
    expect(".o_billing_tile[data-name=late] .o_billing_tile_count").toHaveText("3");
    expect(".o_billing_tile[data-name=late]").toHaveText(/1,234\.50/);
    expect(".o_billing_tile[data-name=ready] .o_billing_tile_count").toHaveText("0");

    await contains(".o_billing_tile[data-name=late]").click();
    expect.verifySteps([
        ["milestone_billing.action_billing_milestone", { additionalContext: { search_default_late: 1 } }],
    ]);
});

test("blocked and failed are opened together", async () => {
    await mountDashboard(makeData());
    await contains(".o_billing_tile[data-name=blocked]").click();
    expect.verifySteps([
        [
            "milestone_billing.action_billing_milestone_queue",
            { additionalContext: { search_default_blocked: 1, search_default_failed: 1, search_default_draft_credit: 1 } },
        ],
    ]);
});

test("what is to be credited stands beside what is to be billed", async () => {
    const blocked = { ...NO_TILE, count: 2, amounts: [{ currency_id: 1, amount: 16 }], credits: [{ currency_id: 1, amount: 30 }] };
    await mountDashboard(makeData({ tiles: { ...makeData().tiles, blocked } }));
    expect(".o_billing_tile[data-name=blocked]").toHaveText(/16\.00/);
    expect(".o_billing_tile[data-name=blocked] .o_billing_tile_credit").toHaveText(/To credit: .*30\.00/);
});

test("what is on hold says how much of it is attained", async () => {
    const held = { ...NO_TILE, count: 2, amounts: [{ currency_id: 1, amount: 28 }], attained: [{ currency_id: 1, amount: 16 }] };
    await mountDashboard(makeData({ tiles: { ...makeData().tiles, held } }));
    expect(".o_billing_tile[data-name=held] .o_billing_tile_attained").toHaveText(/Attained: .*16\.00/);
});

test("a row says what lifts it and opens its milestone", async () => {
    const row = {
        id: 7,
        name: "Design",
        order: "S00042",
        partner: "Harbour Works",
        date: "2026-11-20",
        amount: 100,
        currency_id: 1,
        state: "failed",
        help: "Customer is archived.\nUnarchive it.",
    };
    await mountDashboard(makeData({ waiting: [row], late: [{ ...row, id: 8, help: "" }] }));

    expect(".o_billing_list[data-name=waiting] .o_billing_list_help").toHaveText(/Unarchive it/);
    expect(".o_billing_list[data-name=late] .o_billing_list_row").toHaveText(/11\/20\/2026/);
    expect(".o_billing_list[data-name=late] .o_billing_list_help").toHaveCount(0);

    await contains(".o_billing_list[data-name=waiting] .o_billing_list_row").click();
    expect.verifySteps([
        [
            { type: "ir.actions.act_window", res_model: "billing.milestone", res_id: 7, views: [[false, "form"]] },
            undefined,
        ],
    ]);
});

test("an empty list says what would be there", async () => {
    await mountDashboard(makeData());
    expect(".o_billing_list[data-name=waiting]").toHaveText(/Nothing is blocked/);
    expect(".o_billing_list[data-name=waiting] .o_billing_list_all").toHaveCount(0);
});

test("refresh reads the figures again", async () => {
    const ready = { ...NO_TILE, count: 2 };
    await mountDashboard(makeData(), makeData({ tiles: { ...makeData().tiles, ready } }));
    await contains(".o_billing_dashboard_refresh").click();
    expect.verifySteps(["get_dashboard"]);
    expect(".o_billing_tile[data-name=ready] .o_billing_tile_count").toHaveText("2");
});

test("the chart says in a table what its bars say", async () => {
    await mountWithCleanup(BillingPlanChart, { props: { data: makeData().chart } });
    expect("canvas").toHaveCount(1);
    expect(queryAllTexts(".visually-hidden thead th")).toEqual(["", "Nov 2026", "Dec 2026"]);
    expect(".visually-hidden tbody tr").toHaveCount(4);
    expect(".visually-hidden tbody tr:contains(Planned) td:eq(1)").toHaveText(/50\.00/);
});

test("a chart without a plan says so", async () => {
    const series = { planned: [0], due: [0], invoiced: [0], paid: [0] };
    const data = { currency_id: 1, months: ["2026-11-01"], series };
    await mountWithCleanup(BillingPlanChart, { props: { data } });
    expect("canvas").toHaveCount(0);
    expect(".o_billing_chart").toHaveText(/No milestone of a confirmed order/);
});

test("the figures follow what happens meanwhile", async () => {
    let tell;
    mockService("billing_updates", {
        listen(orderIds, callback) {
            expect.step(`listen ${orderIds}`);
            tell = callback;
            return () => {};
        },
    });
    const ready = { ...NO_TILE, count: 2 };
    onRpc("billing.milestone", "get_dashboard", () => (tell ? makeData({ tiles: { ...makeData().tiles, ready } }) : makeData()));
    const env = await makeMockEnv({ config: getDefaultConfig() });
    await mountWithCleanup(BillingDashboard, { env, props: { action: {} } });
    expect.verifySteps(["listen null"]);

    tell([1]);
    await advanceTime(300);
    await animationFrame();
    expect(".o_billing_tile[data-name=ready] .o_billing_tile_count").toHaveText("2");
});
