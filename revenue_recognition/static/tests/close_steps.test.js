import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { queryAllAttributes } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { contains, defineModels, fields, MockServer, mockService, models, mountView, onRpc } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");

const MISSING = { text: "Contracts left out: 2.", link: "action_view_exceptions", label: "Exceptions", blocking: true };

function makeSteps(current, missing = []) {
    const keys = ["compute", "preview", "approve", "post", "lock"];
    const position = keys.indexOf(current);
    return keys.map((key, index) => ({
        key,
        label: key,
        state: index < position ? "done" : index === position ? "current" : "todo",
        who: index < position ? "Ines" : "A revenue controller",
        missing: index === position ? missing : [],
    }));
}

class Close extends models.Model {
    _name = "revenue.close";
    name = fields.Char();
    state = fields.Selection({
        selection: ["computing", "computed", "posting", "posted"].map((state) => [state, state]),
    });
    steps = fields.Json();
    next_step = fields.Char();
    _records = [{ id: 5, name: "REV/2026/01", state: "computed", steps: makeSteps("approve"), next_step: "Approve it." }];
}

defineMailModels();
defineModels([Close]);

async function mountClose(values = {}) {
    Object.assign(Close._records[0], values);
    await mountView({
        resModel: "revenue.close",
        type: "form",
        resId: 5,
        arch: `<form><widget name="revenue_close_steps"/><field name="name"/></form>`,
    });
}

test("steps in their order, the one at hand marked for everybody", async () => {
    await mountClose();
    expect(queryAllAttributes(".o_revenue_close_step", "data-state")).toEqual(["done", "done", "current", "todo", "todo"]);
    expect(".o_revenue_close_step[aria-current=step]").toHaveCount(1);
    expect(".o_revenue_close_step[data-step=approve]").toHaveAttribute("aria-current", "step");
    expect(".o_revenue_close_step[data-step=compute]").toHaveText(/\(done\)/);
    expect(".o_revenue_close_hint").toHaveText("Approve it.");
});

test("what is missing leads to where it is put right", async () => {
    onRpc("action_view_exceptions", ({ args }) => {
        expect.step(args);
        return { type: "ir.actions.act_window", res_model: "revenue.exception", views: [[false, "list"]] };
    });
    mockService("action", { doAction: (action) => expect.step(action.res_model) });
    await mountClose({ steps: makeSteps("preview", [MISSING]) });
    expect(".o_revenue_close_missing li").toHaveText(/Contracts left out: 2/);
    expect(".o_revenue_close_hint").toHaveCount(0);
    await contains(".o_revenue_close_missing button").click();
    expect.verifySteps([[[5]], "revenue.exception"]);
});

test("a close at work is followed until its state changes", async () => {
    const answers = [
        { state: "computing", working: true, done: 1, total: 4, failure: false },
        { state: "computing", working: true, done: 3, total: 4, failure: "No rate" },
        { state: "computed", working: false, done: 4, total: 4, failure: false },
    ];
    onRpc("get_progress", () => {
        expect.step("asked");
        return answers.shift();
    });
    await mountClose({ state: "computing", steps: makeSteps("compute") });
    await animationFrame();
    expect(".progress").toHaveAttribute("aria-valuenow", "25");
    await advanceTime(2000);
    await animationFrame();
    expect(".progress").toHaveAttribute("aria-valuenow", "75");
    expect(".o_revenue_close_steps [role=alert]").toHaveText(/It stopped: No rate/);
    expect.verifySteps(["asked", "asked"]);

    MockServer.env["revenue.close"].write([5], { state: "computed", steps: makeSteps("approve") });
    await advanceTime(2000);
    await animationFrame();
    expect(".progress").toHaveCount(0);
    expect(".o_revenue_close_step[data-step=approve]").toHaveClass("o_current");
    await advanceTime(10000);
    expect.verifySteps(["asked"]);
});

test("a close that waits for people is not asked", async () => {
    onRpc("get_progress", () => expect.step("asked"));
    await mountClose();
    await advanceTime(10000);
    expect.verifySteps([]);
});
