import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("subscription_life", {
    steps: () => [
        {
            content: "Subscriptions are a list, with where each stands",
            trigger: ".o_list_view .o_data_row:contains(Seats):contains(Running)",
        },
        {
            content: "or a board by it",
            trigger: ".o_switch_view.o_kanban",
            run: "click",
        },
        {
            trigger: ".o_kanban_group:has(.o_column_title:contains(Running)) .o_kanban_record:contains(Seats)",
            run: "click",
        },
        {
            content: "The form has its life: what is invoiced",
            trigger: ".o_subscription_timeline .o_billing_card:has(.o_billing_card_status:contains(Invoiced))",
        },
        {
            content: "what changed, and why",
            trigger: ".o_subscription_change:contains(Quantity: 3):contains(One more)",
        },
        {
            content: "and what is to come",
            trigger: ".o_subscription_planned .o_billing_card:contains(90.00)",
        },
        {
            content: "A period says why it comes to its amount",
            trigger: ".o_billing_card:has(.o_billing_card_status:contains(To Bill)):contains(75.00)",
            run: "click",
        },
        {
            trigger: ".o_subscription_why:contains(15 of 30 days):contains(2 ×):contains(3 ×)",
        },
        {
            content: "and opens its invoice",
            trigger: ".o_subscription_why .o_billing_invoice",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_breadcrumb:contains(INV)",
        },
    ],
});

registry.category("web_tour.tours").add("subscription_dashboard", {
    steps: () => [
        {
            content: "What subscriptions come to",
            trigger: ".o_billing_tile[data-name=mrr]:contains(90.00):contains(1 subscription)",
        },
        {
            trigger: ".o_billing_tile[data-name=arr]:contains(1,080.00)",
        },
        {
            content: "what of it is new in this month",
            trigger: ".o_billing_tile[data-name=net_new]:contains(30.00)",
        },
        {
            content: "as a chart, that is a table for who cannot see it",
            trigger: ".o_billing_chart table tr[data-kind=mrr] td:last-child:contains(90.00)",
        },
        {
            content: "What is due soon is a list, with what each comes to",
            trigger: ".o_billing_tile[data-name=due_soon] .o_billing_tile_count:text(1)",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(Seats):contains(15.00)",
        },
        {
            trigger: ".o_breadcrumb .o_back_button a, .o_breadcrumb a:contains(Dashboard)",
            run: "click",
        },
        {
            content: "and what moved is a pivot",
            trigger: ".o_billing_tile[data-name=net_new]",
            run: "click",
        },
        {
            trigger: ".o_pivot_view th:contains(Expansion)",
        },
    ],
});

registry.category("web_tour.tours").add("subscription_portal", {
    steps: () => [
        {
            content: "The customer finds his subscriptions",
            trigger: ".o_my_subscriptions a:contains(Seats)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "asks what six seats cost",
            trigger: "input[name=quantity]",
            run: "edit 6",
        },
        {
            trigger: "button:contains(What will it cost)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "and has them from today on",
            trigger: ".o_subscription_preview:contains(180.00) button:contains(Change from Today On)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".alert-success:contains(holds from today on)",
        },
        {
            trigger: "dd:contains(6 ×)",
        },
    ],
});

registry.category("web_tour.tours").add("subscription_change", {
    steps: () => [
        {
            content: "From the list",
            trigger: ".o_data_row .o_data_cell:contains(Seats)",
            run: "click",
        },
        {
            content: "the clerk opens a subscription, whose next period is 60.00",
            trigger: ".o_subscription_planned .o_billing_card:contains(60.00)",
        },
        {
            content: "changes it",
            trigger: ".o_statusbar_buttons button:contains(Change)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=quantity] input",
            run: "edit 5 && press Tab",
        },
        {
            trigger: ".modal footer button.btn-primary",
            run: "click",
        },
        {
            content: "and reads what is to bill and what comes, without a reload",
            trigger: "body:not(:has(.modal)) .o_subscription_planned .o_billing_card:contains(150.00)",
        },
    ],
});
