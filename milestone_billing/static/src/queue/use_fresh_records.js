import { useBillingUpdates } from "../updates/use_billing_updates";

/**
 * Reads the records of a view again when the billing of an order changed, unless somebody is choosing or editing some.
 *
 * @param {() => Object} getModel the view's model
 */
export function useFreshRecords(getModel) {
    async function readAgain() {
        const model = getModel();
        const before = model.root;
        if (before.selection?.length || before.editedRecord) {
            return;
        }
        await model.load();
        // What somebody chose while the answer was on its way stays chosen.
        const chosen = new Set(before.selection?.map((record) => record.resId));
        for (const record of model.root.records) {
            if (chosen.has(record.resId)) {
                record.toggleSelection(true);
            }
        }
    }

    useBillingUpdates(() => null, readAgain);
}
