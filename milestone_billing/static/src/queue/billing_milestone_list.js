import { registry } from "@web/core/registry";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";
import { useBillingUpdates } from "../updates/use_billing_updates";

/** The list of milestones, which follows what is attained, billed and blocked meanwhile. */
export class BillingMilestoneListController extends ListController {
    setup() {
        super.setup();
        useBillingUpdates(
            () => null,
            () => this.followUpdates()
        );
    }

    /** Read the list again, unless somebody is choosing or editing rows in it. */
    async followUpdates() {
        const before = this.model.root;
        if (before.selection?.length || before.editedRecord) {
            return;
        }
        await this.model.load();
        // What somebody chose while the answer was on its way stays chosen.
        const chosen = new Set(before.selection?.map((record) => record.resId));
        for (const record of this.model.root.records) {
            if (chosen.has(record.resId)) {
                record.toggleSelection(true);
            }
        }
    }
}

registry.category("views").add("billing_milestone_list", { ...listView, Controller: BillingMilestoneListController });
