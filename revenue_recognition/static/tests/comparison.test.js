import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { contains, defineModels, fields, models, mountView, onRpc } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");

class Modification extends models.Model {
    _name = "revenue.modification";
    name = fields.Char();
    state = fields.Selection({
        selection: [
            ["proposed", "Proposed"],
            ["applied", "Applied"],
        ],
    });
    _records = [{ id: 6, name: "Lower price", state: "proposed" }];
}

defineMailModels();
defineModels([Modification]);

const NONE = { error: false, reason: "", proposed: false, applied: false, paragraphs: [], entries: [] };
const COLUMNS = [
    { ...NONE, treatment: false, label: "Without the Change", price: 1200, earned: 600, allocated: { a: 1200 }, months: [100, 500] },
    { ...NONE, treatment: "separate", label: "Separate Contract", error: "It changes one" },
    {
        ...NONE,
        treatment: "prospective",
        label: "Prospective",
        proposed: true,
        reason: "Distinct",
        price: 900,
        earned: 600,
        allocated: { a: 900 },
        months: [50, 250],
    },
    {
        ...NONE,
        treatment: "catch_up",
        label: "Cumulative Catch-Up",
        price: 900,
        earned: 450,
        allocated: { a: 900 },
        months: [-100, 400],
        entries: [
            { kind: "Revenue", account: "Revenue", debit: 150, credit: 0 },
            { kind: "Revenue", account: "Contract Liability", debit: 0, credit: 150 },
        ],
    },
];

async function mountComparison(values = {}) {
    onRpc("get_comparison", () => ({
        currency: 1,
        date: "2026-07-01",
        state: "proposed",
        may_apply: true,
        proposed: "prospective",
        months: ["2026-07-01", false],
        obligations: [{ key: "a", name: "Support" }],
        columns: COLUMNS,
        ...values,
    }));
    onRpc("action_apply_as", ({ args, kwargs }) => {
        expect.step([...args, kwargs.note]);
        return true;
    });
    await mountView({
        resModel: "revenue.modification",
        type: "form",
        resId: 6,
        arch: `<form><field name="name"/><widget name="revenue_comparison"/></form>`,
    });
}

const button = (treatment) => `.o_revenue_choose[data-treatment=${treatment}]`;

test("treatments side by side, the proposed one marked with its reason", async () => {
    await mountComparison();
    expect(queryAllTexts(".o_revenue_treatment div:first-child")).toEqual([
        "Without the Change",
        "Separate Contract",
        "Prospective",
        "Cumulative Catch-Up",
    ]);
    expect(".o_revenue_treatment.o_proposed").toHaveAttribute("data-treatment", "prospective");
    expect(".o_revenue_treatment.o_proposed .badge").toHaveText("Proposed");
    expect("thead tr:eq(1)").toHaveText(/Not possible: It changes one\s+Distinct/);
});

test("prices, months and entries; what differs stands out", async () => {
    await mountComparison();
    expect(queryAllTexts("tbody:eq(0) tr:eq(0) td").map((text) => text.replace(/[^\d.,-]/g, ""))).toEqual([
        "1,200.00",
        "",
        "900.00",
        "900.00",
    ]);
    expect("tbody:eq(0) tr:eq(1) td.fw-bolder").toHaveCount(1);
    expect(queryAllTexts("tbody:eq(2) th.fw-normal")).toEqual(["Jul 2026", "Later"]);
    expect("tbody:eq(3) td:eq(3)").toHaveText(/Debit Revenue .*150\.00\s+Credit Contract Liability .*150\.00/);
    expect("tbody:eq(3) td:eq(2)").toHaveText(/what was earned stays/);
});

test("the proposed treatment is applied after saying what that does", async () => {
    await mountComparison();
    await contains(button("prospective")).click();
    expect(".modal-body").toHaveText(/from 07\/01\/2026 on, as: Prospective/);
    await contains(".modal-footer .btn-primary").click();
    expect.verifySteps([[[6], "prospective", false]]);
});

test("another treatment is applied with a reason only", async () => {
    await mountComparison();
    await contains(button("catch_up")).click();
    expect(".modal-body").toHaveText(/The standard comes to: Prospective/);
    expect(".modal-footer .btn-primary").not.toBeEnabled();
    await contains(".modal-body textarea").edit("Agreed with the auditors");
    await contains(".modal-footer .btn-primary").click();
    expect.verifySteps([[[6], "catch_up", "Agreed with the auditors"]]);
    expect(".modal").toHaveCount(0);
});

test("what cannot be has no button", async () => {
    await mountComparison();
    expect(button("separate")).toHaveCount(0);
    expect(".o_revenue_choose").toHaveCount(2);
});

test("readers compare without choosing", async () => {
    await mountComparison({ may_apply: false });
    expect(".o_revenue_treatment").toHaveCount(4);
    expect(".o_revenue_choose").toHaveCount(0);
});
