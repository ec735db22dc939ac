import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { usePopover } from "@web/core/popover/popover_hook";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { MilestonePopover } from "../milestone/milestone_popover";
import { MilestoneRow } from "../milestone/milestone_row";
import { isWaiting } from "../milestone/milestone_status";
import { MoneyBar } from "../milestone/money_bar";
import { useMilestoneActs } from "../milestone/use_milestone_acts";
import { useBillingUpdates } from "../updates/use_billing_updates";

/** The billing of one project: its money, what waits for a person and what comes next. */
export class ProjectBilling extends Component {
    static template = "milestone_billing.ProjectBilling";
    static components = { MilestoneRow, MoneyBar };
    static props = { projectId: Number };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.state = useState({ panel: null });
        this.acts = useMilestoneActs(() => this.load());
        this.popover = usePopover(MilestonePopover, { position: "bottom-start", arrow: true });
        onWillStart(() => this.load());
        onWillUpdateProps(({ projectId }) => this.load(projectId));
        useBillingUpdates(
            () => this.state.panel?.order_ids || [],
            () => this.load(),
            () => isWaiting(this.milestones)
        );
    }

    get milestones() {
        const { panel } = this.state;
        return panel ? [...panel.waiting.milestones, ...panel.next.milestones] : [];
    }

    get waitingTitle() {
        return _t("Waits for somebody (%s)", this.state.panel.waiting.count);
    }

    get nextTitle() {
        return _t("Comes next (%s)", this.state.panel.next.count);
    }

    async load(projectId = this.props.projectId) {
        this.state.panel = await this.keepLast.add(
            this.orm.call("project.project", "get_billing_panel", [[projectId]])
        );
    }

    select(milestone, target) {
        this.popover.open(target, { milestone, acts: this.acts });
    }

    showAll() {
        return this.action.doActionButton({
            type: "object",
            name: "action_view_billing_milestones",
            resModel: "project.project",
            resId: this.props.projectId,
        });
    }
}
