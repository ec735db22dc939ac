import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
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
    const dialog = useService("dialog");
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

    /** Open the dialog of a window action on one milestone, and read again when it is closed. */
    async function openDialog(xmlId, context) {
        if ((await before()) !== false) {
            await action.doAction(xmlId, { additionalContext: context, onClose: afterwards });
        }
    }

    /** Open the records that the server found or made. */
    async function follow(method, { id }) {
        await action.doAction(await orm.call("billing.milestone", method, [[id]]));
    }

    function openRecord(model, { id, name }) {
        return action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }

    return {
        attain: (milestone) =>
            call(
                "billing.milestone",
                "action_attain",
                milestone.id,
                _t("%s is attained.", milestone.name)
            ),
        attain_to: ({ id }) =>
            openDialog("milestone_billing.billing_attain_wizard_action", {
                active_model: "billing.milestone",
                active_id: id,
                active_ids: [id],
            }),
        undo: (milestone) =>
            dialog.add(ConfirmationDialog, {
                title: _t("Undo %s?", milestone.name),
                body: milestone.undoing,
                confirmLabel: _t("Undo"),
                confirm: () =>
                    call(
                        "billing.milestone",
                        "action_undo",
                        milestone.id,
                        _t("%s is not attained any more.", milestone.name)
                    ),
                cancel: () => {},
            }),
        retry: (milestone) =>
            call(
                "billing.milestone",
                "action_retry",
                milestone.id,
                _t("%s is tried again.", milestone.name)
            ),
        release: (milestone, hold) =>
            call("billing.hold", "action_release", hold.id, _t("The hold is released.")),
        hold: ({ id }) =>
            openDialog("billing_base.billing_hold_action_new", { default_milestone_id: id }),
        credit: (milestone) => follow("action_credit", milestone),
        open_invoices: (milestone) => follow("action_view_invoices", milestone),
        open: (milestone) => openRecord("billing.milestone", milestone),
        open_invoice: (invoice) => openRecord("account.move", invoice),
    };
}
