import { useRecordObserver } from "@web/model/relational_model/utils";

/**
 * Calls back with the record of this view widget at first and whenever it was read or saved anew, or another one took
 * its place; never while it is being edited.
 *
 * @param {(record: Object) => Promise} callback
 */
export function useSavedRecord(callback) {
    let seen;
    useRecordObserver((record) => {
        const data = record.dirty ? seen : record.data;
        if (data !== seen) {
            seen = data;
            return callback(record);
        }
    });
}
