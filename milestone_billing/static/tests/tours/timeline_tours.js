import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

/** The step that waits for a milestone's card with this status. */
function card(name, status) {
    return `.o_billing_card:has(.o_billing_card_name:contains(${name})):has(.o_billing_card_status:contains(${status}))`;
}

function openTab() {
    return {
        content: "The plan of the order is a tab",
        trigger: ".o_notebook a.nav-link[name=billing_schedule]",
        run: "click",
    };
}

tours.add("billing_task_preview", {
    steps: () => [
        {
            content: "The task says what finishing it will bill, before it is done",
            trigger:
                ".o_billing_preview_title:contains(Finishing this task bills):contains(400.00)",
        },
        {
            trigger: ".o_billing_preview_open:contains(Design)",
        },
        {
            trigger: ".o_form_view .o_field_project_task_state_selection button:contains(In Progress)",
            run: "click",
        },
        {
            trigger: ".o-dropdown--menu .dropdown-item:contains(Done)",
            run: "click",
        },
        {
            content: "It says so once it is invoiced, without a reload",
            trigger: ".o_billing_preview_title:contains(400.00):contains(is invoiced)",
        },
        {
            content: "with the number of an invoice that a project user may not open",
            trigger: "span.o_billing_preview_invoice:contains(INV/)",
        },
    ],
});

tours.add("billing_timeline_acts", {
    steps: () => [
        openTab(),
        {
            content: "The milestone says what attaining it will do",
            trigger: card("Acceptance", "Planned"),
            run: "click",
        },
        {
            trigger: ".o_billing_popover .o_billing_effect:contains(600.00)",
        },
        {
            trigger: ".o_billing_popover button[name=attain]",
            run: "click",
        },
        {
            content: "It is invoiced, without a reload",
            trigger: card("Acceptance", "Invoiced"),
        },
        {
            content: "The list below says the same",
            trigger: "[name=billing_milestone_ids] .o_data_row:contains(Acceptance):contains(Invoiced)",
        },
        {
            content: "Another is held",
            trigger: card("Design", "Planned"),
            run: "click",
        },
        {
            trigger: ".o_billing_popover button[name=hold]",
            run: "click",
        },
        {
            trigger: ".modal [name=reason] input",
            run: "edit Dispute over scope",
        },
        {
            trigger: ".modal .o_form_button_save, .modal footer button.btn-primary",
            run: "click",
        },
        {
            content: "and says why",
            trigger: card("Design", "On Hold"),
            run: "click",
        },
        {
            trigger: ".o_billing_popover .o_billing_reason:contains(Dispute over scope)",
        },
        {
            content: "It is released from there",
            trigger: ".o_billing_popover button[name=release]",
            run: "click",
        },
        {
            trigger: card("Design", "Planned"),
        },
    ],
});

tours.add("billing_timeline_retry", {
    steps: () => [
        openTab(),
        {
            trigger: card("Acceptance", "Failed"),
            run: "click",
        },
        {
            content: "It says what is wrong and what to do",
            trigger: ".o_billing_popover .o_billing_reason:contains(archived):contains(Unarchive)",
        },
        {
            trigger: ".o_billing_popover button[name=retry]",
            run: "click",
        },
        {
            trigger: card("Acceptance", "Invoiced"),
            run: "click",
        },
        {
            content: "and its invoice is opened from there",
            trigger: ".o_billing_popover button[name=open_invoices]",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=invoice_line_ids]",
        },
    ],
});

tours.add("billing_change_order", {
    steps: () => [
        {
            content: "The price of a confirmed order changes",
            trigger: ".o_field_widget[name=order_line] .o_data_row td[name=price_unit]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=order_line] .o_data_row [name=price_unit] input",
            run: "edit 2000 && click body",
        },
        {
            trigger: ".o_form_button_save:visible",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_form_status_indicator_buttons.invisible:not(:visible)",
        },
        openTab(),
        {
            content: "The plan followed",
            trigger: ".o_billing_figure[data-figure=planned]:contains(2,000.00)",
        },
        {
            trigger: `${card("Acceptance", "Planned")}:has(.o_billing_card_amount:contains(1,200.00))`,
        },
    ],
});

tours.add("billing_schedule_on_quotation", {
    steps: () => [
        openTab(),
        {
            content: "The quotation gets a schedule",
            trigger: "button[name=action_create_billing_schedule]",
            run: "click",
        },
        {
            content: "from a template",
            trigger: ".o_field_widget[name=template_id] input",
            run: "edit Two halves",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Two halves)",
            run: "click",
        },
        {
            trigger: "button[name=action_apply_template]",
            run: "click",
        },
        {
            trigger: ".modal footer .btn-primary",
            run: "click",
        },
        {
            content: "whose milestones are there at once",
            trigger: card("Second half", "Planned"),
        },
        {
            content: "and are changed to fit",
            trigger: "[name=milestone_ids] .o_data_row:contains(First half) td[name=amount_type]",
            run: "click",
        },
        {
            trigger: "[name=milestone_ids] .o_data_row .o_field_billing_amount .o_billing_cell_number input",
            run: "edit 30 && press Tab",
        },
        {
            content: "The row says so before anything is saved",
            trigger: "[name=milestone_ids] .o_data_row:contains(Second half):contains(700.00)",
        },
        {
            trigger: ".o_form_button_save:visible",
            run: "click",
        },
        {
            trigger: `${card("Second half", "Planned")}:has(.o_billing_card_amount:contains(700.00))`,
        },
        {
            content: "Back on the quotation, it is confirmed",
            trigger: ".o_breadcrumb .o_back_button, .breadcrumb .o_back_button",
            run: "click",
        },
        {
            trigger: ".o_form_view button[name=action_confirm]:visible",
            run: "click",
        },
        {
            trigger: ".o_arrow_button_current:contains(Sales Order)",
        },
        openTab(),
        {
            content: "The order runs by its plan",
            trigger: `${card("First half", "Planned")}:has(.o_billing_card_amount:contains(300.00))`,
        },
    ],
});

tours.add("billing_attain_to_undo", {
    steps: () => [
        {
            content: "A milestone is reached in part",
            trigger: ".o_billing_next .o_billing_row:contains(Acceptance)",
            run: "click",
        },
        {
            trigger: ".o_billing_popover button[name=attain_to]",
            run: "click",
        },
        {
            trigger: ".modal [name=percent] input",
            run: "edit 50 && press Tab",
        },
        {
            content: "The dialog says what that bills",
            trigger: ".modal [name=effect]:contains(Bills):contains(300.00)",
        },
        {
            trigger: ".modal footer button[name=action_attain]",
            run: "click",
        },
        {
            content: "It is billed in part, and undone",
            trigger: ".o_billing_row:contains(Acceptance):contains(Partly Billed)",
            run: "click",
        },
        {
            content: "which says before what becomes of the invoice",
            trigger: ".o_billing_popover .o_billing_undoing:contains(credit note):contains(300.00)",
        },
        {
            trigger: ".o_billing_popover button[name=undo]",
            run: "click",
        },
        {
            trigger: ".modal:contains(credit note):contains(300.00) footer button:text(Undo)",
            run: "click",
        },
        {
            content: "It waits for the credit note now, and says so",
            trigger: ".o_billing_row:contains(Acceptance):contains(Blocked):contains(INV/)",
        },
    ],
});

tours.add("billing_project_panel", {
    steps: () => [
        {
            content: "The project shows its money",
            trigger: ".o_project_billing .o_billing_figure[data-figure=planned]:contains(1,000.00)",
        },
        {
            content: "and what comes next, with what it will bill",
            trigger: ".o_billing_next .o_billing_row:contains(Acceptance)",
            run: "click",
        },
        {
            trigger: ".o_billing_popover .o_billing_effect:contains(600.00)",
        },
        {
            trigger: ".o_billing_popover button[name=attain]",
            run: "click",
        },
        {
            trigger: ".o_project_billing .o_billing_figure[data-figure=billed]:contains(600.00)",
        },
        {
            trigger: ".o_billing_next:not(:has(.o_billing_row:contains(Acceptance)))",
        },
    ],
});
