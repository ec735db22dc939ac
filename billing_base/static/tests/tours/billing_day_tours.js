import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("billing_day", {
    steps: () => [
        {
            content: "The clerk asks what is due today",
            trigger: ".o_form_view button[name=action_show]:contains(Show)",
            run: "click",
        },
        {
            content: "One customer lacks an order number, and it says so",
            trigger: ".o_data_row:contains(Quay Works) td[name=reason]:contains(requires an order number)",
        },
        {
            content: "The other is to be billed",
            trigger: ".o_data_row:contains(Harbour Works) td[name=amount_total]:contains(150.00)",
        },
        {
            content: "A third one is left out",
            trigger: ".o_data_row:contains(Pier Works) td[name=is_billed] .o_boolean_toggle input",
            run: "click",
        },
        {
            content: "which shows",
            trigger: ".o_data_row.text-muted:contains(Pier Works)",
        },
        {
            content: "The order of a fourth is disputed",
            trigger: ".o_data_row:contains(Mole Works) button[name=action_hold_order]",
            run: "click",
        },
        {
            content: "which is what the hold says",
            trigger: ".modal .o_form_view div[name=reason] input",
            run: "edit Disputed invoice",
        },
        {
            content: "It is held",
            trigger: ".modal .o_form_button_save, .modal footer button:contains(Hold)",
            run: "click",
        },
        {
            content: "The billing day says so at once, with what lifts it",
            trigger: ".o_data_row:contains(Mole Works):has(td[name=reason]:contains(Disputed invoice)) td[name=remedy]:contains(released)",
        },
        {
            content: "and what was left out still is",
            trigger: ".o_data_row.text-muted:contains(Pier Works)",
        },
        {
            content: "and the rest is billed",
            trigger: ".o_form_view button[name=action_bill]",
            run: "click",
        },
        {
            content: "The run says what it left out",
            trigger: ".o_form_view .o_data_row:contains(Pier Works) td[name=state]:contains(Excluded)",
        },
        {
            content: "It goes on by itself, or at once",
            trigger: ".o_form_view button[name=action_bill]:contains(Bill Now)",
            run: "click",
        },
        {
            content: "The invoice is there",
            trigger: ".o_form_view .o_data_row:contains(Harbour Works) td[name=state]:contains(Billed)",
        },
        {
            content: "and what is blocked says what lifts it",
            trigger: ".o_form_view .o_data_row:contains(Quay Works) td[name=remedy]:contains(Customer Reference)",
        },
    ],
});

tours.add("billing_line_opens_order", {
    steps: () => [
        {
            content: "The clerk asks what a line of the invoice bills",
            trigger: ".o_form_view [name=invoice_line_ids] .o_data_row:contains(Line 1) button[name=action_open_billed]",
            run: "click",
        },
        {
            content: "It is the order",
            trigger: ".o_form_view [name=order_line] .o_data_row:contains(Line 1)",
        },
    ],
});
