import { mailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, press, queryAllTexts, queryFirst, test } from "@odoo/hoot";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import {
    contains,
    defineModels,
    fields,
    MockServer,
    mockService,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { milestone, plan } from "./billing_test_data";

describe.current.tags("desktop");

class SaleOrder extends models.Model {
    _name = "sale.order";

    name = fields.Char();
    billing_milestone_ids = fields.One2many({ relation: "billing.milestone" });

    _records = [{ id: 7, name: "S00007", billing_milestone_ids: [1] }];
    _views = { form: `<form><field name="name"/><widget name="billing_timeline"/></form>` };
}

class BillingMilestone extends models.Model {
    _name = "billing.milestone";

    name = fields.Char();
    status = fields.Char();

    _records = [{ id: 1, name: "Design approved", status: "planned" }];
}

/** The form with the list of the milestones below the timeline. */
const WITH_LIST = `
    <form>
        <field name="name"/>
        <widget name="billing_timeline"/>
        <field name="billing_milestone_ids"><list><field name="name"/><field name="status"/></list></field>
    </form>`;

defineModels({ ...mailModels, BillingMilestone, SaleOrder });

let reads, told;

/** Mount the form of an order whose plan is what `getPlan` returns. */
async function mountOrder(getPlan, resId = 7) {
    mockService("billing_updates", {
        listen(orderIds, callback) {
            told = callback;
            return () => {};
        },
    });
    reads = 0;
    onRpc("sale.order", "get_billing_timeline", ({ args }) => {
        expect(args).toEqual([[7]]);
        reads++;
        return getPlan();
    });
    await mountView({ type: "form", resModel: "sale.order", resId });
}

test("milestones are cards in the order of the plan, with the word of their status", async () => {
    await mountOrder(() =>
        plan([
            milestone({ id: 1, name: "Deposit", status: "paid", label: "Paid", attained_date: "2031-04-01" }),
            milestone({ id: 2, name: "Design", is_late: true }),
            milestone({ id: 3, name: "Handover", status: "held", label: "On Hold", planned_date: "" }),
        ])
    );
    expect(queryAllTexts(".o_billing_card_status")).toEqual(["Paid", "Planned", "On Hold"]);
    expect(queryAllTexts(".o_billing_card_name")).toEqual(["Deposit", "Design", "Handover"]);
    expect(queryAllTexts(".o_billing_card_day")).toEqual([
        "Attained 04/01/2031",
        "Planned 05/20/2031",
        "No date yet",
    ]);
    expect(".o_billing_card_amount:first").toHaveText("$ 400.00");
    expect(".o_billing_late").toHaveCount(1);
    expect(".o_billing_card i.fa-pause-circle").toHaveCount(1);
    expect(reads).toBe(1);
});

test("the bar adds up to what is attained, in figures too", async () => {
    await mountOrder(() => plan([milestone()]));
    const widths = [...document.querySelectorAll(".o_billing_bar .progress-bar")].map(
        (part) => part.style.width
    );
    expect(widths).toEqual(["30%", "20%", "10%"]);
    const words = document.querySelector(".o_billing_bar").getAttribute("aria-label");
    expect(words.replaceAll("\u00a0", " ")).toBe(
        "Planned $ 1,000.00, Attained $ 600.00, Billed $ 500.00, Paid $ 300.00, Waiting to be billed $ 100.00"
    );
    expect("[data-figure=billed]").toHaveText("Billed\n$ 500.00\n(50 %)");
});

test("a card opens by keyboard, says what attaining does, and closes with Escape", async () => {
    await mountOrder(() => plan([milestone()]));
    queryFirst(".o_billing_card").focus();
    await press("Enter");
    await animationFrame();
    expect(".o_billing_popover .o_billing_effect").toHaveText(/bills \$ 400.00/);
    expect(queryAllTexts(".o_billing_popover .o_billing_acts button")).toEqual(["Attain", "Open"]);
    await press("Escape");
    await animationFrame();
    expect(".o_billing_popover").toHaveCount(0);
});

test("attaining calls the server and reads the plan anew", async () => {
    let attained = false;
    await mountOrder(() =>
        plan([attained ? milestone({ status: "invoiced", label: "Invoiced", actions: ["open"] }) : milestone()])
    );
    onRpc("billing.milestone", "action_attain", ({ args }) => {
        expect.step(`attain ${args[0]}`);
        attained = true;
        return true;
    });
    await contains(".o_billing_card").click();
    await contains(".o_billing_popover button[name=attain]").click();
    await animationFrame();
    expect.verifySteps(["attain 1"]);
    expect(reads).toBe(2);
    expect(".o_billing_card_status").toHaveText("Invoiced");
    expect(".o_billing_popover").toHaveCount(0);
});

test("what is held says why and how it is lifted, and each hold is released by itself", async () => {
    const held = milestone({
        status: "held",
        label: "On Hold",
        reason: "On hold: Dispute (Mitchell Admin)",
        remedy: "It is billed as soon as the hold ends or is released.",
        holds: [{ id: 44, text: "Dispute (Mitchell Admin)" }],
        actions: ["release", "open"],
    });
    await mountOrder(() => plan([held]));
    onRpc("billing.hold", "action_release", ({ args }) => {
        expect.step(`release ${args[0]}`);
        return true;
    });
    await contains(".o_billing_card").click();
    expect(".o_billing_reason").toHaveText(/Dispute.*as soon as the hold ends/s);
    await contains(".o_billing_popover button[name=release]").click();
    await animationFrame();
    expect.verifySteps(["release 44"]);
    expect(reads).toBe(2);
});

test("an invoice is a link for whoever may open it", async () => {
    const invoices = [
        { id: 8, name: "INV/2031/00001", may_open: true },
        { id: 9, name: "INV/2031/00002", may_open: false },
    ];
    mockService("action", {
        doAction(action) {
            expect.step(`${action.res_model} ${action.res_id}`);
        },
    });
    await mountOrder(() => plan([milestone({ status: "invoiced", label: "Invoiced", invoices, actions: ["open"] })]));
    await contains(".o_billing_card").click();
    expect(queryAllTexts(".o_billing_popover .o_billing_invoice")).toEqual(["INV/2031/00001", "INV/2031/00002"]);
    expect(".o_billing_popover button.o_billing_invoice").toHaveCount(1);
    await contains(".o_billing_popover button.o_billing_invoice").click();
    expect.verifySteps(["account.move 8"]);
});

test("nobody is offered what the server does not allow him", async () => {
    await mountOrder(() => plan([milestone({ actions: ["open"] })]));
    await contains(".o_billing_card").click();
    expect(queryAllTexts(".o_billing_popover .o_billing_acts button")).toEqual(["Open"]);
});

test("attaining in part opens the dialog for this milestone, and reads the plan anew when it closes", async () => {
    mockService("action", {
        doAction(action, { additionalContext, onClose }) {
            expect.step([action, additionalContext.active_model, additionalContext.active_ids]);
            return onClose();
        },
    });
    await mountOrder(() => plan([milestone({ actions: ["attain", "attain_to", "open"] })]));
    await contains(".o_billing_card").click();
    await contains(".o_billing_popover button[name=attain_to]").click();
    await animationFrame();
    expect.verifySteps([["milestone_billing.billing_attain_wizard_action", "billing.milestone", [1]]]);
    expect(reads).toBe(2);
});

test("undoing says before what becomes of the invoice, and asks", async () => {
    const undoing = "Undoing it proposes a credit note of $ 400.00 for INV/7.";
    await mountOrder(() => plan([milestone({ undoing, actions: ["undo", "open"] })]));
    onRpc("billing.milestone", "action_undo", ({ args }) => {
        expect.step(`undo ${args[0]}`);
        return true;
    });
    await contains(".o_billing_card").click();
    expect(".o_billing_popover .o_billing_undoing").toHaveText(undoing);
    await contains(".o_billing_popover button[name=undo]").click();
    expect(".modal-body").toHaveText(undoing);
    await contains(".modal-footer .btn-secondary").click();
    expect.verifySteps([]);
    await contains(".o_billing_card").click();
    await contains(".o_billing_popover button[name=undo]").click();
    await contains(".modal-footer .btn-primary").click();
    await animationFrame();
    expect.verifySteps(["undo 1"]);
    expect(reads).toBe(2);
});

test("what may not be undone does not tell of it", async () => {
    await mountOrder(() => plan([milestone({ undoing: "Undoing it changes no invoice." })]));
    await contains(".o_billing_card").click();
    expect(".o_billing_popover .o_billing_undoing").toHaveCount(0);
});

test("a change elsewhere updates the timeline", async () => {
    let label = "Planned";
    await mountOrder(() => plan([milestone({ label })]));
    label = "To Bill";
    told([7]);
    told([7]);
    await advanceTime(500);
    await animationFrame();
    expect(".o_billing_card_status").toHaveText("To Bill");
    expect(reads).toBe(2);
});

test("nothing is read while the order is being edited, and the plan after it is saved", async () => {
    await mountOrder(() => plan([milestone()]));
    onRpc("sale.order", "web_save", () => expect.step("save"));
    await contains("[name=name] input").edit("S00008");
    expect(reads).toBe(1);
    await contains(".o_form_button_save").click();
    await animationFrame();
    expect.verifySteps(["save"]);
    expect(reads).toBe(2);
});

test("what is billed while the form opens is billed in its list too", async () => {
    SaleOrder._views = { form: WITH_LIST };
    await mountOrder(() => {
        MockServer.env["billing.milestone"].write([1], { status: "invoiced" });
        return plan([milestone({ status: "invoiced", label: "Invoiced" })]);
    });
    await animationFrame();
    expect(".o_billing_card_status").toHaveText("Invoiced");
    expect(".o_data_cell[name=status]").toHaveText("invoiced");
});

test("a list that goes on saying something else is read anew just once", async () => {
    SaleOrder._views = { form: WITH_LIST };
    await mountOrder(() => plan([milestone({ status: "invoiced", label: "Invoiced" })]));
    await animationFrame();
    await advanceTime(1000);
    expect(".o_data_cell[name=status]").toHaveText("planned");
    expect(reads).toBe(2);
});

test("while the order is being edited, the timeline says that it shows what is saved", async () => {
    await mountOrder(() => plan([milestone()]));
    expect(".o_billing_as_saved").toHaveCount(0);
    await contains("[name=name] input").edit("S00008");
    await animationFrame();
    expect(".o_billing_as_saved").toHaveCount(1);
    onRpc("sale.order", "web_save", () => expect.step("save"));
    await contains(".o_form_button_save").click();
    await animationFrame();
    expect.verifySteps(["save"]);
    expect(".o_billing_as_saved").toHaveCount(0);
});

test("a long plan links to the milestones that are left out", async () => {
    mockService("action", {
        doActionButton({ name, resId }) {
            expect.step(`${name} ${resId}`);
        },
    });
    await mountOrder(() => plan([milestone()], { count: 1000, before: 16, after: 983 }));
    expect(".o_billing_before").toHaveText("16 earlier milestones");
    expect(".o_billing_after").toHaveText("983 more milestones");
    await contains(".o_billing_after").click();
    expect.verifySteps(["action_view_billing_milestones 7"]);
});

test("plans of several schedules keep their names", async () => {
    await mountOrder(() =>
        plan([milestone({ id: 1, schedule: "Works" }), milestone({ id: 2, schedule: "Support" })])
    );
    expect(queryAllTexts(".o_billing_timeline h5")).toEqual(["Works", "Support"]);
});

test("an order without milestones shows nothing", async () => {
    await mountOrder(() => plan([]));
    expect(".o_billing_timeline").toHaveCount(0);
    expect(reads).toBe(1);
});

test("a new order is not asked for", async () => {
    await mountOrder(() => plan([milestone()]), false);
    expect(".o_billing_timeline").toHaveCount(0);
    expect(reads).toBe(0);
});

test("another order in the same form shows its own plan", async () => {
    SaleOrder._records.push({ id: 8, name: "S00008" });
    mockService("billing_updates", { listen: () => () => {} });
    onRpc("sale.order", "get_billing_timeline", ({ args }) =>
        plan([milestone({ name: `Of ${args[0]}` })], { order_ids: args[0] })
    );
    await mountView({ type: "form", resModel: "sale.order", resId: 7, resIds: [7, 8] });
    expect(".o_billing_card_name").toHaveText("Of 7");
    await contains(".o_pager_next").click();
    await animationFrame();
    expect(".o_billing_card_name").toHaveText("Of 8");
});
