import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("goods_ship_a_part", {
    steps: () => [
        {
            content: "The warehouse opens the delivery from the order",
            trigger: ".o_form_view button[name=action_view_delivery]",
            run: "click",
        },
        {
            content: "enters what leaves today",
            trigger: ".o_form_view [name=move_ids] .o_data_row td[name=quantity]",
            run: "click",
        },
        {
            trigger: ".o_form_view [name=move_ids] .o_data_row [name=quantity] input",
            run: "edit 4 && press Tab",
        },
        {
            content: "validates it",
            trigger: ".o_form_view .btn-primary[name=button_validate]",
            run: "click",
        },
        {
            content: "and keeps the rest for a backorder",
            trigger: ".modal button[name=process]",
            run: "click",
        },
        {
            content: "It is done",
            trigger: ".o_form_view .o_arrow_button_current:contains(Done)",
        },
    ],
});

tours.add("goods_ship_the_backorder", {
    steps: () => [
        {
            content: "The backorder leaves whole",
            trigger: ".o_form_view .btn-primary[name=button_validate]",
            run: "click",
        },
        {
            content: "It is done",
            trigger: ".o_form_view .o_arrow_button_current:contains(Done)",
        },
    ],
});

tours.add("goods_see_what_is_billed", {
    steps: () => [
        {
            content: "The order says where its goods stand",
            trigger: ".o_form_view .o_notebook a[name=billing_schedule]",
            run: "click",
        },
        {
            trigger: "[name=billing_goods_line_ids] .o_data_row td[name=qty_delivered]:contains(10.00)",
        },
        {
            trigger: "[name=billing_goods_line_ids] .o_data_row td[name=qty_invoiced]:contains(10.00)",
        },
        {
            content: "The deposit is settled",
            trigger: "[name=billing_goods_line_ids] .o_data_row td[name=billing_deposit_amount]:contains(0.00)",
        },
        {
            content: "Its invoices are there",
            trigger: ".o_form_view button[name=action_view_invoice]",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:nth-child(3)",
        },
    ],
});

tours.add("goods_on_hold", {
    steps: () => [
        {
            content: "The transfer says why it does not leave",
            trigger: ".o_form_view .alert:contains(Unpaid since March)",
        },
        {
            content: "and cannot be validated",
            trigger: ".o_form_view .btn-primary[name=button_validate]",
            run: "click",
        },
        {
            trigger: ".modal .modal-body:contains(is not shipped, since billing is on hold)",
        },
    ],
});
