import { waitForChannels } from "@bus/../tests/bus_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { queryAllAttributes } from "@odoo/hoot-dom";
import { advanceTime, animationFrame, mockTimeZone } from "@odoo/hoot-mock";
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
        when: index ? "" : "2026-02-02 10:00:00",
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

/** Send what the server sends when a close was taken further, and wait for the browser to have heard it. */
async function hear(closeId) {
    MockServer.env["bus.bus"]._sendone("revenue_recognition.close_5", "revenue_recognition/close_changed", {
        close_id: closeId,
    });
    await animationFrame();
}

test("who took a step and when, in the time of the page as all else on it", async () => {
    mockTimeZone(+5);
    await mountClose();
    expect(".o_revenue_close_step[data-step=compute] small").toHaveText(/^Ines · Feb 2, 2026, 3:00\sPM$/);
    expect(".o_revenue_close_step[data-step=preview] small").toHaveText("Ines");
    expect(".o_revenue_close_step[data-step=lock] small").toHaveText("A revenue controller");
});

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
    await advanceTime(4000);
    await animationFrame();
    expect(".progress").toHaveCount(0);
    expect(".o_revenue_close_step[data-step=approve]").toHaveClass("o_current");
    await advanceTime(10000);
    expect.verifySteps(["asked"]);
});

test("asked ever more slowly while nothing is heard", async () => {
    onRpc("get_progress", () => {
        expect.step("asked");
        return { state: "computing", working: true, done: 1, total: 4, failure: false };
    });
    await mountClose({ state: "computing", steps: makeSteps("compute") });
    await animationFrame();
    expect.verifySteps(["asked"]);
    for (const [quiet, rest] of [[0, 2000], [2000, 2000], [5000, 3000], [5000, 5000]]) {
        await advanceTime(quiet);
        await animationFrame();
        expect.verifySteps([]);
        await advanceTime(rest);
        await animationFrame();
        expect.verifySteps(["asked"]);
    }
});

test("what workers commit is heard, and asked for once a second", async () => {
    let done = 0;
    onRpc("get_progress", () => {
        expect.step("asked");
        return { state: "computing", working: false, done: ++done, total: 4, failure: false };
    });
    await mountClose({ state: "computing", steps: makeSteps("compute") });
    await waitForChannels(["revenue_recognition.close_5"]);
    await animationFrame();
    expect.verifySteps(["asked"]);
    for (const closeId of [5, 5, 5, 6]) {
        await hear(closeId);
    }
    await advanceTime(1000);
    await animationFrame();
    expect.verifySteps(["asked"]);
    expect(".progress").toHaveAttribute("aria-valuenow", "50");
});

test("what a colleague does shows without reload", async () => {
    onRpc("get_progress", () => ({ state: "posted", working: false, done: 4, total: 4, failure: false }));
    await mountClose();
    await waitForChannels(["revenue_recognition.close_5"]);
    expect(".o_revenue_close_step[data-step=approve]").toHaveClass("o_current");
    MockServer.env["revenue.close"].write([5], { state: "posted", steps: makeSteps("lock") });
    await hear(5);
    await advanceTime(1000);
    await animationFrame();
    expect(".o_revenue_close_step[data-step=lock]").toHaveClass("o_current");
});

test("what is being edited is not lost to it", async () => {
    onRpc("get_progress", () => ({ state: "posted", working: false, done: 4, total: 4, failure: false }));
    await mountClose();
    await waitForChannels(["revenue_recognition.close_5"]);
    await contains("[name=name] input").edit("Mine");
    MockServer.env["revenue.close"].write([5], { state: "posted", steps: makeSteps("lock") });
    await hear(5);
    await advanceTime(1000);
    await animationFrame();
    expect("[name=name] input").toHaveValue("Mine");
    expect(".o_revenue_close_step[data-step=approve]").toHaveClass("o_current");
});

test("a close that waits for people is not asked", async () => {
    onRpc("get_progress", () => expect.step("asked"));
    await mountClose();
    await advanceTime(10000);
    expect.verifySteps([]);
});
