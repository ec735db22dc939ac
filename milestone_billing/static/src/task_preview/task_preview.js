import { Component } from "@odoo/owl";
import { STATUSES } from "../milestone/milestone_status";

/** What finishing a task bills, a line per milestone; or what became of it. */
export class TaskPreview extends Component {
    static template = "milestone_billing.TaskPreview";
    static props = { previews: Array, onOpen: Function, onOpenInvoice: Function };

    icon(preview) {
        return STATUSES[preview.status].icon;
    }

    /** A plan is plain; what went well, waits or failed has a colour beside its word. */
    style(preview) {
        const { tone } = STATUSES[preview.status];
        return tone === "secondary" ? "alert-light border" : `alert-${tone}`;
    }
}
