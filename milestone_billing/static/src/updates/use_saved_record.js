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
        // Typing changes what is in the data; reading and saving put other data in its place.
        const { data } = record;
        if (data !== seen) {
            seen = data;
            return callback(record);
        }
    });
}
