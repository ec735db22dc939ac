import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { ProjectTaskKanbanDynamicGroupList } from "@project/views/project_task_kanban/project_task_kanban_model";

patch(ProjectTaskKanbanDynamicGroupList.prototype, {
    /** A card dropped on a closing stage is asked about first, where a milestone waits for its task. */
    async moveRecord(dataRecordId, dataGroupId, refId, targetGroupId) {
        const record = this.records.find(({ id }) => id === dataRecordId);
        const stage = this.groups.find(({ id }) => id === targetGroupId);
        if (!record || dataGroupId === targetGroupId || !this._mayClose(record, stage)) {
            return super.moveRecord(...arguments);
        }
        const questions = await this.model.orm.call(this.resModel, "get_closing_questions", [
            [record.resId],
            stage.value,
        ]);
        const question = questions[record.resId];
        const choice = question ? await this._askWhetherDone(record, question) : "move";
        if (choice === "stay") {
            return;
        }
        await super.moveRecord(...arguments);
        if (choice === "done") {
            await record.update({ state: "1_done" }, { save: true });
        }
    },

    _mayClose(record, stage) {
        return this.isGroupedByStage && stage?.value && "billing_hint" in record.activeFields;
    },

    /** @returns {Promise<"done"|"move"|"stay">} mark the task done, only move it, or leave it where it is */
    _askWhetherDone(record, question) {
        return new Promise((resolve) => {
            this.model.dialog.add(
                ConfirmationDialog,
                {
                    title: record.data.name || _t("Task"),
                    body: question,
                    confirmLabel: _t("Mark Done"),
                    confirm: () => resolve("done"),
                    cancelLabel: _t("Only Move"),
                    cancel: () => resolve("move"),
                    dismiss: () => resolve("stay"),
                },
                { onClose: () => resolve("stay") }
            );
        });
    },
});
