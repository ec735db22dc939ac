import { registry } from "@web/core/registry";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";
import { useFreshRecords } from "./use_fresh_records";

/** The list of milestones, which follows what is attained, billed and blocked meanwhile. */
export class BillingMilestoneListController extends ListController {
    setup() {
        super.setup();
        useFreshRecords(() => this.model);
    }
}

registry.category("views").add("billing_milestone_list", { ...listView, Controller: BillingMilestoneListController });
