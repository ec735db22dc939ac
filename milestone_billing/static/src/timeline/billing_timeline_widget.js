import { Component, useEffect, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { isWaiting } from "../milestone/milestone_status";
import { useMilestoneActs } from "../milestone/use_milestone_acts";
import { useBillingUpdates } from "../updates/use_billing_updates";
import { useSavedRecord } from "../updates/use_saved_record";
import { BillingTimeline } from "./billing_timeline";

/** The timeline on the form of a sale order or of a billing schedule. */
export class BillingTimelineWidget extends Component {
    static template = "milestone_billing.BillingTimelineWidget";
    static components = { BillingTimeline };
    static props = standardWidgetProps;

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.state = useState({ plan: null });
        this.acts = useMilestoneActs(
            () => this.reload(),
            () => (this.props.record.dirty ? this.props.record.save() : true)
        );
        useSavedRecord((record) => this.load(record));
        // Not before it is there: a form that is read anew while it opens makes its widgets anew.
        useEffect(
            () => this.catchUp(),
            () => [this.state.plan]
        );
        useBillingUpdates(
            () => this.state.plan?.order_ids || [],
            () => this.reload(),
            () => isWaiting(this.state.plan?.milestones || [])
        );
    }

    async load({ resId, resModel } = this.props.record) {
        this.state.plan = resId
            ? await this.keepLast.add(this.orm.call(resModel, "get_billing_timeline", [[resId]]))
            : null;
    }

    /** Read the form anew, once, where its list was read before the queue billed what the timeline shows as billed. */
    catchUp() {
        const { data, dirty } = this.props.record;
        const list = data.billing_milestone_ids || data.milestone_ids;
        const shown = new Map(this.state.plan?.milestones.map(({ id, status }) => [id, status]));
        const isBehind = list?.records?.some(
            ({ resId, data: { status } }) => status && shown.has(resId) && status !== shown.get(resId)
        );
        const read = JSON.stringify([...shown]);
        if (isBehind && !dirty && read !== this.caughtUp) {
            this.caughtUp = read;
            this.props.record.load();
        }
    }

    /** Read the whole form anew, whose fields tell the same; or the timeline alone while somebody is typing. */
    async reload() {
        if (this.props.record.dirty) {
            await this.load();
        } else {
            await this.props.record.load();
        }
    }

    showAll() {
        const { resId, resModel } = this.props.record;
        const name =
            resModel === "sale.order" ? "action_view_billing_milestones" : "action_view_milestones";
        return this.action.doActionButton({ type: "object", name, resModel, resId });
    }
}

export const billingTimelineWidget = { component: BillingTimelineWidget };

registry.category("view_widgets").add("billing_timeline", billingTimelineWidget);
