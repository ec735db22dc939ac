import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

/**
 * What a person may do with a milestone, by name, as the server lists them in its `actions`.
 *
 * @param {() => Promise} afterwards reads again what is shown
 * @param {() => Promise<boolean|void>} [before] saves what is being edited; false keeps the act from happening
 */
export function useMilestoneActs(afterwards, before = async () => {}) {
    const action = useService("action");
    const notification = useService("notification");
    const orm = useService("orm");

    async function call(model, method, id, said) {
        if ((await before()) === false) {
            return;
        }
        await orm.call(model, method, [[id]]);
        notification.add(said, { type: "success" });
        await afterwards();
    }

    return {
        attain: (milestone) =>
            call(
                "billing.milestone",
                "action_attain",
                milestone.id,
                _t("%s is attained.", milestone.name)
            ),
        retry: (milestone) =>
            call(
                "billing.milestone",
                "action_retry",
                milestone.id,
                _t("%s is tried again.", milestone.name)
            ),
        release: (milestone, hold) =>
            call("billing.hold", "action_release", hold.id, _t("The hold is released.")),
        async hold(milestone) {
            if ((await before()) !== false) {
                await action.doAction("milestone_billing.billing_hold_action_new", {
                    additionalContext: { default_milestone_id: milestone.id },
                    onClose: afterwards,
                });
            }
        },
        async open_invoices(milestone) {
            const invoices = await orm.call("billing.milestone", "action_view_invoices", [
                [milestone.id],
            ]);
            await action.doAction(invoices);
        },
        open: (milestone) =>
            action.doAction({
                type: "ir.actions.act_window",
                name: milestone.name,
                res_model: "billing.milestone",
                res_id: milestone.id,
                views: [[false, "form"]],
            }),
    };
}
