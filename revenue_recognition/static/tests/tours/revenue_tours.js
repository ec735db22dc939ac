import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("revenue_close_prepare", {
    steps: () => [
        {
            content: "The accountant begins a close",
            trigger: ".o_list_view .o_list_button_add",
            run: "click",
        },
        {
            content: "of March",
            trigger: ".o_form_view .o_field_widget[name=date] button",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=date] input",
            run: "edit 03/31/2026 && press Enter",
        },
        {
            content: "and has it computed",
            trigger: ".o_form_view button[name=action_compute]:contains(Compute)",
            run: "click",
        },
        {
            content: "Every entry is there before it exists",
            trigger: ".o_form_view [name=posting_ids] .o_data_row:contains(Revenue)",
        },
        {
            content: "Somebody else has to approve it",
            trigger:
                ".o_form_view:not(:has(button[name=action_approve])) .o_revenue_close_step[data-step=approve].o_current",
        },
        {
            trigger: ".o_revenue_close_hint:contains(another person)",
        },
        {
            content: "What is behind an entry opens",
            trigger: ".o_form_view [name=posting_ids] .o_data_row:contains(Revenue) button[name=action_open_entries]",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(Support) td[name=kind]",
            run: "click",
        },
        {
            content: "and explains itself",
            trigger: ".o_form_view [name=explanation]:contains(allocated 1,200.00)",
        },
    ],
});

tours.add("revenue_close_approve", {
    steps: () => [
        {
            content: "Posting comes after approving: it can't be taken before",
            trigger:
                ".o_form_view:not(:has(button[name=action_post])) .o_revenue_close_step[data-step=post][data-state=todo]",
        },
        {
            content: "The controller approves",
            trigger: ".o_form_view:has(.o_revenue_close_step[data-step=approve].o_current) button[name=action_approve]",
            run: "click",
        },
        {
            content: "posts",
            trigger: ".o_form_view:has(.o_revenue_close_step[data-step=post].o_current) button[name=action_post]",
            run: "click",
        },
        {
            content: "and locks",
            trigger: ".o_form_view:has(.o_revenue_close_step[data-step=lock].o_current) button[name=action_lock]",
            run: "click",
        },
        {
            content: "All steps are done, each by its person",
            trigger: ".o_revenue_close_step[data-step=lock][data-state=done]",
        },
        {
            content: "The month is done",
            trigger: ".o_form_view .o_arrow_button_current:contains(Locked)",
        },
        {
            content: "with its journal entry",
            trigger: ".o_form_view button[name=action_view_moves]",
            run: "click",
        },
        {
            content: "whose rows of the subledger are one click away",
            trigger: ".o_form_view .oe_stat_button[name=action_open_revenue_entries]",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(Support)",
        },
    ],
});
