import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Invoices of a row by their numbers, each a click from its form. */
export class InvoiceLinks extends Component {
    static template = "milestone_billing.InvoiceLinks";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
    }

    get invoices() {
        return this.props.record.data[this.props.name].records.map((record) => ({
            id: record.resId,
            // A number alone; a draft has none, and says so in its name.
            name: record.data.name?.length > 1 ? record.data.name : record.data.display_name,
        }));
    }

    open({ id, name }) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: "account.move",
            res_id: id,
            views: [[false, "form"]],
        });
    }
}

export const invoiceLinks = {
    component: InvoiceLinks,
    supportedTypes: ["many2many", "one2many"],
    relatedFields: [
        { name: "display_name", type: "char" },
        { name: "name", type: "char" },
    ],
};

registry.category("fields").add("billing_invoice_links", invoiceLinks);
