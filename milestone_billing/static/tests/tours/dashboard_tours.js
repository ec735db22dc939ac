import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("billing_dashboard", {
    steps: () => [
        {
            content: "One milestone is ready to bill",
            trigger: ".o_billing_tile[data-name=ready]:contains(250.00) .o_billing_tile_count:text(1)",
        },
        {
            content: "What waits for a person says what lifts it",
            trigger: ".o_billing_list[data-name=waiting] .o_billing_list_row:contains(Failed one):contains(Unarchive)",
        },
        {
            content: "The clerk opens what is blocked or failed",
            trigger: ".o_billing_tile[data-name=blocked]",
            run: "click",
        },
        {
            content: "in the list, filtered",
            trigger: ".o_list_view .o_data_row:contains(Failed one)",
        },
        {
            content: "without what a hold keeps back, which is on a tile of its own",
            trigger: ".o_list_view:not(:has(.o_data_row:contains(Planned one), .o_data_row:contains(Held one)))",
        },
        {
            content: "goes back",
            trigger: ".o_breadcrumb .o_back_button a, .o_breadcrumb a:contains(Billing Dashboard)",
            run: "click",
        },
        {
            content: "and opens one milestone from the list of what waits",
            trigger: ".o_billing_list[data-name=waiting] .o_billing_list_row:contains(Failed one)",
            run: "click",
        },
        {
            trigger: ".o_form_view .alert:contains(is archived)",
        },
    ],
});
