import { onWillUnmount, useEffect } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";

const TYPE = "billing_base/run_changed";
/** Several batches that end at once are one update of the screen. */
const GATHER_MS = 300;

/** The form of an invoice run, which moves on while the run does. The server sends an id only. */
export class BillingRunFormController extends FormController {
    setup() {
        super.setup();
        const bus = useService("bus_service");
        let gathering;
        const readAgain = ({ run_id: runId }) => {
            if (runId === this.model.root.resId) {
                browser.clearTimeout(gathering);
                gathering = browser.setTimeout(() => this.model.root.load(), GATHER_MS);
            }
        };
        useEffect(
            (runId) => {
                if (!runId) {
                    return;
                }
                const channel = `billing_base.run_${runId}`;
                bus.subscribe(TYPE, readAgain);
                bus.addChannel(channel);
                return () => {
                    bus.unsubscribe(TYPE, readAgain);
                    bus.deleteChannel(channel);
                };
            },
            () => [this.model.root.resId]
        );
        onWillUnmount(() => browser.clearTimeout(gathering));
    }
}

registry.category("views").add("billing_run_form", { ...formView, Controller: BillingRunFormController });
