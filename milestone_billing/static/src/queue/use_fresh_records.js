import { useBillingUpdates } from "../updates/use_billing_updates";

/**
 * Reads the records of a view again when the billing of an order changed, unless somebody is choosing or editing some.
 *
 * @param {() => Object} getModel the view's model
 */
export function useFreshRecords(getModel) {
    /** Put the first real records in the place of those that are made up for an empty view. */
    async function replaceSample(model) {
        const root = model.root;
        const { context, domain, resModel } = root.config;
        const count = await model.orm.searchCount(resModel, domain, { context });
        if (count && model.root === root) {
            // The groups remembered are made up too.
            delete root.config.currentGroups;
            await root.load();
            model.useSampleModel = false;
            model.notify();
        }
    }

    async function readAgain() {
        const model = getModel();
        const root = model.root;
        if (model.useSampleModel) {
            return replaceSample(model);
        }
        if (root.selection?.length || root.editedRecord) {
            return;
        }
        const shown = [...root.records];
        // Not the model's own load, which would take the place of a search that is on its way.
        await root.load();
        // What somebody chose while the answer was on its way stays chosen.
        const chosen = new Set(shown.filter((record) => record.selected).map((record) => record.resId));
        for (const record of root.records) {
            if (chosen.has(record.resId)) {
                record.toggleSelection(true);
            }
        }
    }

    useBillingUpdates(() => null, readAgain);
}
