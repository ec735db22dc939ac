import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, queryAllTexts, test } from "@odoo/hoot";
import { contains, defineModels, fields, mockService, models, mountView } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");

class AccountMove extends models.Model {
    _name = "account.move";

    name = fields.Char();

    _records = [
        { id: 8, name: "INV/2031/00001" },
        { id: 9, name: "RINV/2031/00001" },
    ];
}

class BillingMilestone extends models.Model {
    _name = "billing.milestone";

    invoice_ids = fields.Many2many({ relation: "account.move" });

    _records = [{ id: 1, invoice_ids: [8, 9] }];
}

defineMailModels();
defineModels([AccountMove, BillingMilestone]);

test("the invoices of a row are links, and do not open the row", async () => {
    mockService("action", {
        doAction(action) {
            expect.step(`${action.res_model} ${action.res_id}`);
        },
    });
    await mountView({
        type: "list",
        resModel: "billing.milestone",
        arch: `<list><field name="invoice_ids" widget="billing_invoice_links"/></list>`,
        selectRecord: () => expect.step("row"),
    });
    expect(queryAllTexts(".o_billing_invoice_links button")).toEqual(["INV/2031/00001", "RINV/2031/00001"]);
    await contains(".o_billing_invoice_links button:eq(1)").click();
    expect.verifySteps(["account.move 9"]);
});
