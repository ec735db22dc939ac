import { onWillUnmount, useEffect } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { useService } from "@web/core/utils/hooks";

/** Several changes of one transaction, or of one batch of the queue, are one update of the screen. */
const GATHER_MS = 300;
/** When to look again by ourselves while something waits: a proxy may keep the bus from the browser. */
const LOOK_AGAIN_MS = [2000, 4000, 8000, 16000, 30000];

/**
 * Calls back, soon, when the billing of one of these orders changed.
 *
 * @param {() => number[]|null} getOrderIds the orders shown; null for all those of the user's companies
 * @param {() => void} callback reads again what is shown
 * @param {() => boolean} [isWaiting] whether something shown is about to change by itself
 */
export function useBillingUpdates(getOrderIds, callback, isWaiting = () => false) {
    const updates = useService("billing_updates");
    let gathering, lookingAgain;
    let looked = 0;

    const soon = () => {
        browser.clearTimeout(gathering);
        looked = 0;
        gathering = browser.setTimeout(callback, GATHER_MS);
    };
    useEffect(
        () => {
            const orderIds = getOrderIds();
            if (!orderIds || orderIds.length) {
                return updates.listen(orderIds, soon);
            }
        },
        () => [(getOrderIds() || ["all"]).join()]
    );
    useEffect(() => {
        browser.clearTimeout(lookingAgain);
        if (!isWaiting()) {
            looked = 0;
        } else if (looked < LOOK_AGAIN_MS.length) {
            lookingAgain = browser.setTimeout(() => {
                looked++;
                callback();
            }, LOOK_AGAIN_MS[looked]);
        }
    });
    onWillUnmount(() => {
        browser.clearTimeout(gathering);
        browser.clearTimeout(lookingAgain);
    });
}
