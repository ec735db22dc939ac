import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

/** Choose the row of a milestone in the list, press a button of the list's header, and read what it says first. */
function choose(milestone, button, announced) {
    return [
        {
            content: `The manager chooses ${milestone}`,
            trigger: `.o_list_view .o_data_row:contains(${milestone}) .o_list_record_selector input`,
            run: "click",
        },
        {
            content: `and presses ${button}`,
            trigger: `.o_control_panel .o_selection_container button:text(${button})`,
            run: "click",
        },
        {
            content: "which says before what it will do",
            trigger: `.modal .alert:contains(${announced})`,
        },
    ];
}

/** Press the dialog's button, and read what was done. */
function confirm(button, told) {
    return [
        {
            content: `${button} is confirmed`,
            trigger: `.modal footer button.btn-primary:contains(${button})`,
            run: "click",
        },
        {
            content: "and it says what it did",
            trigger: `.o_notification:contains(${told}) .o_notification_close`,
            run: "click",
        },
    ];
}

tours.add("billing_queue_bulk", {
    steps: () => [
        ...choose("Waiting one", "Bill Now", "To be billed now: 1"),
        ...confirm("Bill Now", "Billed: 1 (INV/"),
        {
            content: "What is billed has left the queue",
            trigger: ".o_list_view:not(:has(.o_data_row:contains(Waiting one)))",
        },
        ...choose("Failed one", "Retry", "To be tried again: 1"),
        ...confirm("Retry", "Billed: 1 (INV/"),
        {
            trigger: ".o_list_view:not(:has(.o_data_row:contains(Failed one)))",
        },
        {
            content: "A blocked row says why",
            trigger: ".o_list_view .o_data_row:contains(Held one):contains(On hold: Dispute)",
        },
        ...choose("Held one", "Release", "Holds to be released: 1"),
        {
            content: "with the hold itself",
            trigger: ".modal [name=hold_ids] .o_data_row:contains(Dispute)",
        },
        ...confirm("Release", "Released: 1. Billed: 1"),
        {
            content: "Nothing waits any more",
            trigger: ".o_nocontent_help:contains(Everything attained is billed)",
        },
        {
            content: "All milestones are looked at",
            trigger: ".o_searchview_facet:contains(To Bill) .o_facet_remove",
            run: "click",
        },
        ...choose("Planned one", "Hold", "To be held: 1"),
        {
            trigger: ".modal [name=reason] input",
            run: "edit Credit check",
        },
        ...confirm("Hold", "1 milestone is kept"),
        {
            content: "The list is up to date",
            trigger: ".o_list_view .o_data_row:contains(Planned one):contains(On hold: Credit check)",
        },
    ],
});

tours.add("billing_day_of_milestones", {
    steps: () => [
        {
            content: "The clerk asks what is due today",
            trigger: ".o_form_view button[name=action_show]:contains(Show)",
            run: "click",
        },
        {
            content: "A milestone and one-time work of a customer are on one invoice",
            trigger: ".o_data_row:contains(Harbour Works) td[name=lines_text]:contains(Acceptance):contains(Advice)",
        },
        {
            content: "Nothing of a customer who requires an order number is",
            trigger: ".o_data_row:contains(Quay Works) td[name=reason]:contains(requires an order number)",
        },
        {
            trigger: ".o_form_view button[name=action_bill]",
            run: "click",
        },
        {
            content: "The run opens, and goes on at once",
            trigger: ".o_form_view button[name=action_bill]:contains(Bill Now)",
            run: "click",
        },
        {
            content: "The invoice is there, posted and left to Odoo's sending",
            trigger: ".o_form_view .o_data_row:contains(Harbour Works) td[name=state]:contains(Billed)",
        },
        {
            content: "What lacks the number still does",
            trigger: ".o_form_view .o_data_row:contains(Quay Works) td[name=state]:contains(Blocked)",
        },
    ],
});

tours.add("billing_order_number", {
    steps: () => [
        {
            content: "The order says what keeps its milestone back",
            trigger: ".o_notebook a.nav-link[name=billing_schedule]",
            run: "click",
        },
        {
            trigger: ".tab-pane.active [name=billing_milestone_ids] .o_data_row:contains(Acceptance):contains(Blocked)",
        },
        {
            content: "The salesperson enters the customer's number",
            trigger: ".o_notebook a.nav-link[name=other_information]",
            run: "click",
        },
        {
            trigger: ".tab-pane.active [name=client_order_ref] input",
            run: "edit PO-7",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "and the milestone waits for its invoice",
            trigger: ".o_notebook a.nav-link[name=billing_schedule]",
            run: "click",
        },
        {
            trigger: ".tab-pane.active [name=billing_milestone_ids] .o_data_row:contains(Acceptance):contains(To Bill)",
        },
    ],
});

tours.add("billing_line_opens_milestone", {
    steps: () => [
        {
            content: "The clerk asks what a line of the invoice bills",
            trigger: ".o_form_view [name=invoice_line_ids] .o_data_row:contains(Acceptance) button[name=action_open_billed]",
            run: "click",
        },
        {
            content: "It is the milestone",
            trigger: ".o_form_view:has(.o_last_breadcrumb_item:contains(Acceptance)) .o_field_widget[name=amount]",
        },
        {
            trigger: ".o_breadcrumb .o_back_button a",
            run: "click",
        },
        {
            content: "Another line bills an order",
            trigger: ".o_form_view [name=invoice_line_ids] .o_data_row:contains(Advice) button[name=action_open_billed]",
            run: "click",
        },
        {
            trigger: ".o_form_view [name=order_line] .o_data_row:contains(Advice)",
        },
    ],
});
