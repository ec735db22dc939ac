import { useComponent, useEffect, useState } from "@odoo/owl";

/**
 * Calls back whenever the record of this view widget was read or saved anew, never while it is being edited.
 *
 * @param {() => void} callback
 */
export function useSavedRecord(callback) {
    const record = useState(useComponent().props.record);
    let seen = false;
    useEffect(
        (id, data) => {
            if (seen && id && data) {
                callback();
            }
            seen = true;
        },
        () => [record.resId, record.dirty ? false : record.data]
    );
}
