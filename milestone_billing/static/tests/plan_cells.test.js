import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { Deferred, animationFrame, describe, expect, press, queryAllTexts, queryFirst, test } from "@odoo/hoot";
import { contains, defineModels, fields, models, mountView, onRpc } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");

class BillingScheduleTemplate extends models.Model {
    _name = "billing.schedule.template";

    name = fields.Char();
    milestone_ids = fields.One2many({ relation: "billing.schedule.template.milestone", relation_field: "template_id" });

    _records = [{ id: 1, name: "Thirds", milestone_ids: [1, 2] }];
    _views = {
        form: `<form><field name="milestone_ids"><list editable="bottom">
            <field name="name"/>
            <field name="due_on" widget="billing_when"/>
            <field name="amount_type" widget="billing_amount"/>
            <field name="date" column_invisible="1"/>
            <field name="offset_number" column_invisible="1"/>
            <field name="offset_unit" column_invisible="1"/>
            <field name="offset_from_id" column_invisible="1"/>
            <field name="task_pattern" column_invisible="1"/>
            <field name="when_text" column_invisible="1"/>
            <field name="percent" column_invisible="1"/>
            <field name="amount_fixed" column_invisible="1"/>
            <field name="amount_text" column_invisible="1"/>
        </list></field></form>`,
    };
}

class BillingScheduleTemplateMilestone extends models.Model {
    _name = "billing.schedule.template.milestone";

    name = fields.Char();
    template_id = fields.Many2one({ relation: "billing.schedule.template" });
    due_on = fields.Selection({
        selection: [
            ["confirmation", "Order confirmation"],
            ["date", "Date"],
            ["offset", "Time after"],
            ["task", "Tasks done"],
        ],
    });
    date = fields.Date();
    offset_number = fields.Integer();
    offset_unit = fields.Selection({
        selection: [
            ["days", "Days"],
            ["months", "Months"],
        ],
        default: "days",
    });
    offset_from_id = fields.Many2one({ relation: "billing.schedule.template.milestone" });
    task_pattern = fields.Char();
    when_text = fields.Char();
    amount_type = fields.Selection({
        selection: [
            ["percent", "Percent"],
            ["fixed", "Fixed amount"],
            ["balance", "Balance"],
        ],
    });
    percent = fields.Float();
    amount_fixed = fields.Float();
    amount_text = fields.Char();

    _records = [
        {
            id: 1,
            template_id: 1,
            name: "Deposit",
            due_on: "confirmation",
            when_text: "On order",
            amount_type: "percent",
            percent: 30,
            amount_text: "30 %",
            offset_unit: "days",
        },
        {
            id: 2,
            template_id: 1,
            name: "Design",
            due_on: "task",
            when_text: "Task done",
            amount_type: "balance",
            amount_text: "Balance",
            offset_unit: "days",
        },
    ];
}

defineMailModels();
defineModels([BillingScheduleTemplate, BillingScheduleTemplateMilestone]);

async function mountTemplate() {
    await mountView({ type: "form", resModel: "billing.schedule.template", resId: 1 });
}

async function choose(cell, value) {
    await contains(`${cell} .o_billing_cell_choice select`).select(value);
}

const WHEN = ".o_selected_row .o_field_billing_when";
const AMOUNT = ".o_selected_row .o_field_billing_amount";

test("out of edition a cell is one text", async () => {
    await mountTemplate();
    expect(queryAllTexts(".o_field_billing_when")).toEqual(["On order", "Task done"]);
    expect(queryAllTexts(".o_field_billing_amount")).toEqual(["30 %", "Balance"]);
});

test("a date is typed where a date is chosen, and saved", async () => {
    onRpc("billing.schedule.template", "web_save", ({ args }) => {
        const [[, , values]] = args[1].milestone_ids;
        expect.step(JSON.stringify([values.due_on, values.date]));
    });
    await mountTemplate();
    await contains(".o_data_row:eq(1) .o_field_billing_when").click();
    expect(`${WHEN} .o_billing_cell_date`).toHaveCount(0);
    await choose(WHEN, "date");
    await contains(`${WHEN} .o_billing_cell_date input`).edit("03/31/2027");
    await contains(".o_form_button_save").click();
    expect.verifySteps([JSON.stringify(["date", "2027-03-31"])]);
});

test("a time after another milestone", async () => {
    onRpc("billing.schedule.template", "web_save", ({ args }) => {
        const [[, , values]] = args[1].milestone_ids;
        expect.step(JSON.stringify([values.due_on, values.offset_number, values.offset_from_id]));
    });
    await mountTemplate();
    await contains(".o_data_row:eq(1) .o_field_billing_when").click();
    await choose(WHEN, "offset");
    await contains(`${WHEN} .o_billing_cell_number input`).edit("30", { confirm: "tab" });
    await contains(`${WHEN} .o_billing_cell_start input`).click();
    await contains(".o-autocomplete--dropdown-item:contains(Deposit)").click();
    await contains(".o_form_button_save").click();
    expect.verifySteps([JSON.stringify(["offset", 30, 1])]);
});

test("a fixed amount has its field, a percentage another one, a balance none", async () => {
    await mountTemplate();
    await contains(".o_data_row:eq(1) .o_field_billing_amount").click();
    expect(`${AMOUNT} input`).toHaveCount(0);
    await choose(AMOUNT, "fixed");
    await contains(`${AMOUNT} .o_billing_cell_amount input`).edit("1200", { confirm: false });
    expect(`${AMOUNT} .o_billing_cell_number`).toHaveCount(0);
    await choose(AMOUNT, "percent");
    expect(`${AMOUNT} .o_billing_cell_number input`).toHaveCount(1);
    expect(`${AMOUNT} .o_billing_cell_amount`).toHaveCount(0);
});

test("Tab goes through the inputs of a cell before it leaves it", async () => {
    await mountTemplate();
    await contains(".o_data_row:eq(0) .o_field_billing_amount").click();
    await animationFrame();
    queryFirst(`${AMOUNT} .o_billing_cell_choice select`).focus();
    expect(`${AMOUNT} .o_billing_cell_choice select`).toBeFocused();
    await press("Tab");
    await animationFrame();
    expect(`${AMOUNT} .o_billing_cell_number input`).toBeFocused();
    await press("Shift+Tab");
    await animationFrame();
    expect(`${AMOUNT} .o_billing_cell_choice select`).toBeFocused();
});

test("a percentage typed in a row that is there is saved", async () => {
    onRpc("billing.schedule.template", "web_save", ({ args }) => {
        const [[, , values]] = args[1].milestone_ids;
        expect.step(JSON.stringify(values));
    });
    await mountTemplate();
    await contains(".o_data_row:eq(0) td[name=amount_type]").click();
    await contains(`${AMOUNT} .o_billing_cell_number input`).edit("40", { confirm: "tab" });
    await contains(".o_form_button_save").click();
    expect.verifySteps([JSON.stringify({ percent: 40 })]);
});

test("what is typed is saved, though the amounts are still being worked out", async () => {
    const amounts = new Deferred();
    BillingScheduleTemplate._onChanges = { milestone_ids() {} };
    onRpc("billing.schedule.template", "onchange", () => amounts);
    onRpc("billing.schedule.template", "web_save", ({ args }) => {
        const [[, , values]] = args[1].milestone_ids;
        expect.step(JSON.stringify(values));
    });
    await mountTemplate();
    await contains(".o_data_row:eq(0) td[name=amount_type]").click();
    await contains(`${AMOUNT} .o_billing_cell_number input`).edit("40", { confirm: "tab" });
    await contains(".o_form_button_save").click();
    expect.verifySteps([]);
    amounts.resolve();
    await animationFrame();
    await animationFrame();
    expect.verifySteps([JSON.stringify({ percent: 40 })]);
});
