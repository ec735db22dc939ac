import { registry } from "@web/core/registry";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { useFreshRecords } from "./use_fresh_records";

/** The cards of milestones by state, which move as milestones are attained, billed and blocked. */
export class BillingMilestoneKanbanController extends KanbanController {
    setup() {
        super.setup();
        useFreshRecords(() => this.model);
    }
}

registry.category("views").add("billing_milestone_kanban", {
    ...kanbanView,
    Controller: BillingMilestoneKanbanController,
});
