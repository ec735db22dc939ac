import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { usePopover } from "@web/core/popover/popover_hook";
import { MilestoneCard } from "../milestone/milestone_card";
import { MilestonePopover } from "../milestone/milestone_popover";
import { MoneyBar } from "../milestone/money_bar";

/** A plan as a track of milestones in their order, with a bar of its money above; each opens what may be done with it. */
export class BillingTimeline extends Component {
    static template = "milestone_billing.BillingTimeline";
    static components = { MilestoneCard, MoneyBar };
    static props = { plan: Object, acts: Object, onShowAll: Function };

    setup() {
        this.popover = usePopover(MilestonePopover, { position: "bottom-start", arrow: true });
    }

    /** The milestones shown, those of one schedule together. */
    get groups() {
        const groups = [];
        for (const milestone of this.props.plan.milestones) {
            if (groups.at(-1)?.name !== milestone.schedule) {
                groups.push({ name: milestone.schedule, milestones: [] });
            }
            groups.at(-1).milestones.push(milestone);
        }
        return groups;
    }

    get earlier() {
        const count = this.props.plan.before;
        return count === 1 ? _t("1 earlier milestone") : _t("%s earlier milestones", count);
    }

    get later() {
        const count = this.props.plan.after;
        return count === 1 ? _t("1 more milestone") : _t("%s more milestones", count);
    }

    select(milestone, target) {
        this.popover.open(target, { milestone, acts: this.props.acts });
    }
}
