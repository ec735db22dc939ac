import { mailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import {
    contains,
    defineModels,
    fields,
    mockService,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { preview } from "./billing_test_data";

describe.current.tags("desktop");

class ProjectTask extends models.Model {
    _name = "project.task";

    name = fields.Char();

    _records = [{ id: 3, name: "Design" }];
    _views = { form: `<form><field name="name"/><widget name="billing_task_preview"/></form>` };
}

defineModels({ ...mailModels, ProjectTask });

let heard, told;

async function mountTask(getPreviews) {
    heard = null;
    mockService("billing_updates", {
        listen(orderIds, callback) {
            heard = orderIds;
            told = callback;
            return () => {};
        },
    });
    onRpc("project.task", "get_billing_preview", () => getPreviews());
    await mountView({ type: "form", resModel: "project.task", resId: 3 });
}

test("says what finishing the task bills, for which milestone and order", async () => {
    await mountTask(() => [preview()]);
    expect(".o_billing_preview_title").toHaveText("Finishing this task bills $ 400.00");
    expect(".o_billing_preview_open").toHaveText("Design approved, S00007");
    expect(".o_billing_preview_text").toHaveText("The invoice will be posted.");
    expect(heard).toEqual([7]);
});

test("what keeps it back is said in words, with a colour and an icon beside them", async () => {
    await mountTask(() => [
        preview({ status: "failed", label: "Failed", reason: "Archived.", remedy: "Unarchive it." }),
    ]);
    expect(".alert-danger .o_billing_preview_status").toHaveText("Failed");
    expect(".alert-danger i.fa-exclamation-triangle").toHaveCount(1);
    expect(".o_billing_preview_reason").toHaveText("Archived.\nUnarchive it.");
});

test("an invoice is a link only for who may open it", async () => {
    await mountTask(() => [
        preview({
            status: "invoiced",
            label: "Invoiced",
            invoices: [
                { id: 1, name: "INV/1", may_open: true },
                { id: 2, name: "INV/2", may_open: false },
            ],
        }),
    ]);
    expect("button.o_billing_preview_invoice").toHaveText("INV/1");
    expect("span.o_billing_preview_invoice").toHaveText("INV/2");
});

test("becomes invoiced without a reload", async () => {
    let current = preview();
    await mountTask(() => [current]);
    current = preview({ status: "invoiced", label: "Invoiced", title: "$ 400.00 is invoiced" });
    told([7]);
    await advanceTime(500);
    await animationFrame();
    expect(".o_billing_preview_title").toHaveText("$ 400.00 is invoiced");
    expect(".alert-success").toHaveCount(1);
});

test("looks again by itself while the invoice is being made", async () => {
    let reads = 0;
    await mountTask(() => {
        reads++;
        return [reads < 2 ? preview({ status: "due", label: "To Bill" }) : preview({ status: "paid", label: "Paid" })];
    });
    expect(".o_billing_preview_status").toHaveText("To Bill");
    await advanceTime(2500);
    await animationFrame();
    expect(".o_billing_preview_status").toHaveText("Paid");
    expect(reads).toBe(2);
});

test("is read anew once the task is saved", async () => {
    let current = preview();
    await mountTask(() => [current]);
    current = preview({ title: "$ 400.00 is being billed", status: "due", label: "To Bill" });
    await contains("[name=name] input").edit("Design, done");
    expect(".o_billing_preview_title").toHaveText("Finishing this task bills $ 400.00");
    await contains(".o_form_button_save").click();
    await animationFrame();
    expect(".o_billing_preview_title").toHaveText("$ 400.00 is being billed");
});

test("a task that bills nothing shows nothing", async () => {
    await mountTask(() => []);
    expect(".o_billing_task_preview").toHaveCount(0);
    expect(heard).toBe(null);
});
