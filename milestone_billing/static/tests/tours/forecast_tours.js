import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("billing_forecast_after_shift", {
    steps: () => [
        {
            content: "A milestone is chosen",
            trigger: ".o_list_view .o_data_row:contains(Tour step) .o_list_record_selector input",
            run: "click",
        },
        {
            content: "to move its date",
            trigger: ".o_cp_action_menus .o-dropdown:has(.fa-cog), .o_cp_action_menus button:has(.fa-cog)",
            run: "click",
        },
        {
            trigger: ".o-dropdown--menu .o-dropdown-item:contains(Move Dates)",
            run: "click",
        },
        {
            content: "by 90 days",
            trigger: ".modal .o_field_widget[name=number] input",
            run: "edit 90 && press Tab",
        },
        {
            content: "The dialog says which months' receipts move, before anything is done",
            trigger: ".modal .o_field_widget[name=effect] table:contains(1,000.00)",
        },
        {
            trigger: ".modal footer button[name=action_shift]",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
        {
            content: "The forecast is opened from the menu",
            trigger: ".o_menu_sections button:contains(Reporting)",
            run: "click",
        },
        {
            trigger: ".o-dropdown--menu .o-dropdown-item:contains(Cash-Flow Forecast)",
            run: "click",
        },
        {
            content: "as a graph",
            trigger: ".o_graph_view canvas",
        },
        {
            content: "and as a list",
            trigger: ".o_switch_view.o_list",
            run: "click",
        },
        {
            content: "in which the milestone has its new day, and says why",
            trigger: ".o_list_view .o_data_row:contains(Tour step):contains(planned for)",
        },
    ],
});
