import { patch } from "@web/core/utils/patch";
import { ProjectTaskKanbanController } from "@project/views/project_task_kanban/project_task_kanban_controller";
import { useBillingUpdates } from "../updates/use_billing_updates";

patch(ProjectTaskKanbanController.prototype, {
    setup() {
        super.setup();
        useBillingUpdates(
            () => this._billingOrders(),
            () => this._readBillingAgain(),
            () => this._billedCards().some((card) => card.data.billing_card.waits)
        );
    },

    /** The cards that a billing milestone has to do with. */
    _billedCards() {
        return this.model.root.records.filter(
            (card) => card.resModel === "project.task" && card.data.billing_card?.order_ids
        );
    },

    _billingOrders() {
        const ids = this._billedCards().flatMap((card) => card.data.billing_card.order_ids);
        return [...new Set(ids)].sort((one, other) => one - other);
    },

    /** Only what billing says is read: cards that are being dragged or edited stay as they are. */
    async _readBillingAgain() {
        const cards = this._billedCards();
        if (!cards.length) {
            return;
        }
        const ids = cards.map((card) => card.resId);
        const specification = { billing_hint: {}, billing_card: {} };
        const rows = await this.model.orm.webRead("project.task", ids, {
            specification,
            context: this.model.root.context,
        });
        const read = Object.fromEntries(rows.map((row) => [row.id, row]));
        await this.model.mutex.exec(() => {
            for (const card of cards.filter(({ resId }) => resId in read)) {
                const { billing_hint, billing_card } = read[card.resId];
                card._applyValues({ billing_hint, billing_card });
            }
        });
    },
});
