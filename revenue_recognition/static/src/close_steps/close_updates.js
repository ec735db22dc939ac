import { onWillUnmount, useEffect } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { useService } from "@web/core/utils/hooks";

const TYPE = "revenue_recognition/close_changed";
/** Workers commit several parts a second: a page looks no oftener than this. */
const GATHER_MS = 1000;

/**
 * Calls back, soon, when a close is taken further by whomever. The server sends its id only.
 *
 * @param {() => number|false} getCloseId the close shown
 * @param {() => void} callback reads again what is shown
 */
export function useCloseUpdates(getCloseId, callback) {
    const bus = useService("bus_service");
    let gathering;
    const hear = ({ close_id: closeId }) => {
        if (closeId === getCloseId() && !gathering) {
            gathering = browser.setTimeout(() => {
                gathering = undefined;
                callback();
            }, GATHER_MS);
        }
    };
    useEffect(
        (closeId) => {
            if (!closeId) {
                return;
            }
            const channel = `revenue_recognition.close_${closeId}`;
            bus.addChannel(channel);
            bus.subscribe(TYPE, hear);
            return () => {
                bus.unsubscribe(TYPE, hear);
                bus.deleteChannel(channel);
            };
        },
        () => [getCloseId()]
    );
    onWillUnmount(() => browser.clearTimeout(gathering));
}
