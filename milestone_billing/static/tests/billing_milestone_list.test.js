import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { Deferred, advanceTime, animationFrame, describe, expect, queryAllTexts, test } from "@odoo/hoot";
import {
    MockServer,
    contains,
    defineModels,
    fields,
    mockService,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");

class BillingMilestone extends models.Model {
    _name = "billing.milestone";

    name = fields.Char();
    state = fields.Selection({
        selection: [
            ["due", "To Bill"],
            ["invoiced", "Invoiced"],
        ],
    });

    _records = [
        { id: 1, name: "Design", state: "due" },
        { id: 2, name: "Handover", state: "due" },
    ];
}

defineMailModels();
defineModels([BillingMilestone]);

let tell;

function mockUpdates() {
    mockService("billing_updates", {
        listen(orderIds, callback) {
            tell = callback;
            return () => {};
        },
    });
}

async function mountList() {
    mockUpdates();
    await mountView({
        type: "list",
        resModel: "billing.milestone",
        arch: `<list js_class="billing_milestone_list"><field name="name"/></list>`,
    });
}

/** Change a milestone behind the list's back, and tell it so. */
async function changeElsewhere() {
    MockServer.env["billing.milestone"].write([1], { name: "Design billed", state: "invoiced" });
    tell([7]);
    await advanceTime(300);
    await animationFrame();
}

test("the list follows what is billed meanwhile", async () => {
    await mountList();
    await changeElsewhere();
    expect(queryAllTexts(".o_data_row [name=name]")).toEqual(["Design billed", "Handover"]);
});

test("but not while rows are being chosen", async () => {
    await mountList();
    await contains(".o_data_row:eq(1) .o_list_record_selector input").click();
    await changeElsewhere();
    expect(queryAllTexts(".o_data_row [name=name]")).toEqual(["Design", "Handover"]);
    expect(".o_data_row:eq(1) .o_list_record_selector input").toBeChecked();
});

test("what is chosen while it reads again stays chosen", async () => {
    let answer;
    onRpc("web_search_read", () => answer);
    await mountList();
    answer = new Deferred();
    await changeElsewhere();
    await contains(".o_data_row:eq(1) .o_list_record_selector input").click();
    answer.resolve();
    await animationFrame();
    expect(queryAllTexts(".o_data_row [name=name]")).toEqual(["Design billed", "Handover"]);
    expect(".o_data_row:eq(1) .o_list_record_selector input").toBeChecked();
});

test("an empty list fills itself when the first row arrives", async () => {
    BillingMilestone._records = [];
    mockUpdates();
    await mountView({
        type: "list",
        resModel: "billing.milestone",
        arch: `<list js_class="billing_milestone_list" sample="1"><field name="name"/></list>`,
        noContentHelp: "Everything attained is billed",
    });
    expect(".o_view_sample_data").toHaveCount(1);
    tell([7]);
    await advanceTime(300);
    await animationFrame();
    expect(".o_view_sample_data").toHaveCount(1);
    MockServer.env["billing.milestone"].create({ name: "Deposit", state: "due" });
    tell([7]);
    await advanceTime(300);
    await animationFrame();
    expect(queryAllTexts(".o_data_row [name=name]")).toEqual(["Deposit"]);
    expect(".o_view_sample_data").toHaveCount(0);
    expect(".o_nocontent_help").toHaveCount(0);
});

test("so do cards whose columns are empty", async () => {
    BillingMilestone._records = [];
    mockUpdates();
    onRpc("web_read_group", ({ parent }) => {
        const answer = parent();
        if (!answer.groups.length) {
            answer.groups = ["due", "invoiced"].map((state) => ({
                state,
                __extra_domain: [["state", "=", state]],
                __count: 0,
                __records: [],
            }));
            answer.length = 2;
        }
        return answer;
    });
    await mountView({
        type: "kanban",
        resModel: "billing.milestone",
        groupBy: ["state"],
        arch: `
            <kanban js_class="billing_milestone_kanban" sample="1">
                <templates><t t-name="card"><field name="name"/></t></templates>
            </kanban>`,
        noContentHelp: "Everything attained is billed",
    });
    expect(".o_view_sample_data").toHaveCount(1);
    MockServer.env["billing.milestone"].create({ name: "Deposit", state: "due" });
    tell([7]);
    await advanceTime(300);
    await animationFrame();
    expect(queryAllTexts(".o_kanban_group .o_kanban_record")).toEqual(["Deposit"]);
    expect(".o_view_sample_data").toHaveCount(0);
});

test("cards move as milestones are billed", async () => {
    mockUpdates();
    await mountView({
        type: "kanban",
        resModel: "billing.milestone",
        groupBy: ["state"],
        arch: `
            <kanban js_class="billing_milestone_kanban">
                <templates><t t-name="card"><field name="name"/></t></templates>
            </kanban>`,
    });
    expect(queryAllTexts(".o_kanban_group:eq(0) .o_kanban_record")).toEqual(["Design", "Handover"]);
    await changeElsewhere();
    expect(queryAllTexts(".o_kanban_group:eq(0) .o_kanban_record")).toEqual(["Handover"]);
    expect(queryAllTexts(".o_kanban_group:eq(1) .o_kanban_record")).toEqual(["Design billed"]);
});
