import { registry } from "@web/core/registry";

const EVERYTHING = "milestone_billing.all";
const TYPE = "milestone_billing/changed";

/**
 * Tells open screens which sale orders had their billing changed, by whomever and wherever.
 * The server sends ids only: whoever listens reads again what he may read.
 */
export const billingUpdatesService = {
    dependencies: ["bus_service"],
    start(env, { bus_service: bus }) {
        const joined = new Map();
        const listeners = new Set();
        bus.subscribe(TYPE, ({ order_ids: orderIds }) => {
            for (const listener of [...listeners]) {
                listener(orderIds);
            }
        });

        function join(channel) {
            const count = joined.get(channel) || 0;
            joined.set(channel, count + 1);
            if (!count) {
                bus.addChannel(channel);
            }
        }

        function leave(channel) {
            const count = joined.get(channel) - 1;
            joined.set(channel, count);
            if (!count) {
                joined.delete(channel);
                bus.deleteChannel(channel);
            }
        }

        return {
            /**
             * @param {number[]|null} orderIds the orders to hear of; null for every order of the user's companies
             * @param {(orderIds: number[]) => void} callback
             * @returns {() => void} stops listening
             */
            listen(orderIds, callback) {
                const channels = orderIds
                    ? orderIds.map((id) => `milestone_billing.order_${id}`)
                    : [EVERYTHING];
                const listener = (changed) => {
                    if (!orderIds || changed.some((id) => orderIds.includes(id))) {
                        callback(changed);
                    }
                };
                channels.forEach(join);
                listeners.add(listener);
                return () => {
                    listeners.delete(listener);
                    channels.forEach(leave);
                };
            },
        };
    },
};

registry.category("services").add("billing_updates", billingUpdatesService);
