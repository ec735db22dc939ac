import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { press, queryAllTexts, waitFor } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { contains, defineModels, fields, mockService, models, mountView, onRpc } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");

class Obligation extends models.Model {
    _name = "revenue.obligation";
    name = fields.Char();
    currency_id = fields.Many2one({ relation: "res.currency" });
    allocated = fields.Monetary({ string: "Allocated", currency_field: "currency_id" });
    _records = [{ id: 4, name: "Support", currency_id: 1, allocated: 1080 }];
}

defineMailModels();
defineModels([Obligation]);

const FOUND = {
    title: "Support",
    at: "2026-01-31",
    currency: 1,
    amounts: [{ label: "Allocated", amount: 1080 }],
    reasons: [
        { label: "Allocation", text: "1,080.00 of 1,440.00", paragraphs: ["ASC 606-10-32-31", "IFRS 15.76"], obligation: false },
    ],
    sources: [{ label: "Policy", text: "Subscription", date: false, model: "revenue.policy.version", id: 9 }],
    problems: [],
};

async function mountAmount(found = FOUND, type = "form") {
    onRpc("get_reasons", ({ args, kwargs }) => {
        expect.step([...args, kwargs.at]);
        return { ...FOUND, ...found };
    });
    const field = `<field name="allocated" widget="revenue_why" options="{'topic': 'allocated'}"/>`;
    const hidden = `<field name="currency_id" ${type === "list" ? "column_invisible" : "invisible"}="1"/>`;
    await mountView({
        resModel: "revenue.obligation",
        type,
        resId: type === "form" ? 4 : undefined,
        arch: type === "form" ? `<form edit="0">${hidden}${field}</form>` : `<list>${hidden}${field}</list>`,
        selectRecord: () => expect.step("row opened"),
    });
}

test("an amount tells why it is what it is", async () => {
    await mountAmount();
    expect(".o_revenue_why").toHaveText(/1,080\.00/);
    await contains(".o_revenue_why_button").click();
    expect.verifySteps([[[4], "allocated", false]]);
    expect(queryAllTexts(".o_revenue_why_reasons li")).toEqual([
        "Allocation: 1,080.00 of 1,440.00\nASC 606-10-32-31 · IFRS 15.76",
    ]);
    expect(".o_revenue_why_popover").toHaveText(/As of 01\/31\/2026/);
});

test("its button has a name that says of what", async () => {
    await mountAmount();
    expect(".o_revenue_why_button").toHaveAttribute("aria-label", /Why Allocated is .*1,080\.00/);
});

test("a source opens its record", async () => {
    mockService("action", { doAction: (action) => expect.step([action.res_model, action.res_id]) });
    await mountAmount();
    await contains(".o_revenue_why_button").click();
    expect.verifySteps([[[4], "allocated", false]]);
    await contains(".o_revenue_why_sources button").click();
    expect.verifySteps([["revenue.policy.version", 9]]);
    expect(".o_revenue_why_popover").toHaveCount(0);
});

test("by keyboard: Enter opens it without opening the row, Escape closes it", async () => {
    await mountAmount(FOUND, "list");
    document.querySelector(".o_revenue_why_button").focus();
    await press("Enter");
    await waitFor(".o_revenue_why_popover");
    expect.verifySteps([[[4], "allocated", false]]);
    expect(".o_revenue_why_popover").toHaveCount(1);
    await press("Escape");
    await animationFrame();
    expect(".o_revenue_why_popover").toHaveCount(0);
});

test("what keeps it from being worked out is told", async () => {
    await mountAmount({ reasons: [], amounts: [], sources: [], problems: ["Support has no end."] });
    await contains(".o_revenue_why_button").click();
    expect.verifySteps([[[4], "allocated", false]]);
    expect(".o_revenue_why_popover [role=alert]").toHaveText(/Support has no end/);
    expect(".o_revenue_why_sources").toHaveCount(0);
});
