import { Component, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { isWaiting } from "../milestone/milestone_status";
import { useBillingUpdates } from "../updates/use_billing_updates";
import { useSavedRecord } from "../updates/use_saved_record";
import { TaskPreview } from "./task_preview";

/** The preview on the form of a task. */
export class TaskPreviewWidget extends Component {
    static template = "milestone_billing.TaskPreviewWidget";
    static components = { TaskPreview };
    static props = standardWidgetProps;

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.state = useState({ previews: [] });
        useSavedRecord((record) => this.load(record));
        useBillingUpdates(
            () => [...new Set(this.state.previews.map((preview) => preview.order_id))],
            () => this.load(),
            () => isWaiting(this.state.previews)
        );
    }

    async load({ resId, resModel } = this.props.record) {
        this.state.previews = resId
            ? await this.keepLast.add(this.orm.call(resModel, "get_billing_preview", [[resId]]))
            : [];
    }

    open(preview) {
        return this.openRecord("billing.milestone", preview);
    }

    openInvoice(invoice) {
        return this.openRecord("account.move", invoice);
    }

    openRecord(model, { id, name }) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }
}

export const taskPreviewWidget = { component: TaskPreviewWidget };

registry.category("view_widgets").add("billing_task_preview", taskPreviewWidget);
