import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("revenue_contract_explained", {
    steps: () => [
        {
            content: "The auditor asks why so much is allocated to support",
            trigger: ".o_form_view [name=obligation_ids] .o_data_row:contains(Support) [name=now_allocated] button",
            run: "click",
        },
        {
            content: "and reads it, with the paragraphs of both books",
            trigger: ".o_revenue_why_reasons li:contains(standalone selling price):contains(ASC 606-10-32-31 · IFRS 15.76)",
        },
        {
            content: "Escape closes it",
            trigger: ".o_revenue_why_popover .btn-close",
            run: "press Escape",
        },
        {
            trigger: "body:not(:has(.o_revenue_why_popover))",
        },
        {
            content: "Month by month, as a chart",
            trigger: ".o_notebook .nav-link:contains(Timeline)",
            run: "click",
        },
        {
            trigger: ".o_revenue_timeline canvas",
        },
        {
            content: "or as a table",
            trigger: ".o_revenue_timeline button:contains(Table)",
            run: "click",
        },
        {
            trigger: ".o_revenue_timeline tbody tr:contains(01/31/2026):contains(1,440.00)",
        },
        {
            content: "What is recognised comes from evidence",
            trigger: ".o_notebook .nav-link:contains(Obligations)",
            run: "click",
        },
        {
            trigger: ".o_form_view [name=obligation_ids] .o_data_row:contains(Licence) [name=now_recognised] button",
            run: "click",
        },
        {
            content: "which opens",
            trigger: ".o_revenue_why_sources button:contains(Evidence)",
            run: "click",
        },
        {
            trigger: ".o_form_view [name=source]:contains(Portal)",
        },
    ],
});

tours.add("revenue_modification_compared", {
    steps: () => [
        {
            content: "The accountant opens the change that waits",
            trigger: ".o_list_view .o_data_row:contains(Proposed) td[name=name]",
            run: "click",
        },
        {
            content: "Three treatments beside the contract as it is; the proposed one is marked",
            trigger: ".o_revenue_comparison:has(.o_revenue_treatment:eq(3)) .o_revenue_treatment[data-treatment=prospective]:contains(Proposed)",
        },
        {
            content: "What cannot be says why",
            trigger: ".o_revenue_comparison thead td:contains(Not possible)",
        },
        {
            content: "The change itself would book something in a catch-up",
            trigger: ".o_revenue_comparison tbody:last td:eq(3):contains(Debit Revenue)",
        },
        {
            content: "What changes is said in words",
            trigger: ".o_notebook .nav-link:contains(New Terms)",
            run: "click",
        },
        {
            trigger: ".o_form_view [name=line_ids] .o_data_row:contains(Price):contains(→)",
        },
        {
            trigger: ".o_notebook .nav-link:contains(Comparison)",
            run: "click",
        },
        {
            content: "The accountant chooses the proposed treatment",
            trigger: ".o_revenue_choose[data-treatment=prospective]",
            run: "click",
        },
        {
            trigger: ".modal-footer .btn-primary:contains(Apply)",
            run: "click",
        },
        {
            content: "and it counts",
            trigger: ".o_form_view .o_arrow_button_current:contains(Applied)",
        },
        {
            trigger: ".o_revenue_treatment[data-treatment=prospective]:contains(Applied)",
        },
    ],
});

tours.add("revenue_item_to_evidence", {
    steps: () => [
        {
            content: "From a journal item to the rows it sums: one click",
            trigger: ".o_form_view button[name=action_open_revenue_entries]",
            run: "click",
        },
        {
            content: "to the row with its contract, policy version and approver: two",
            trigger: ".o_list_view .o_data_row:contains(Licence) td[name=kind]",
            run: "click",
        },
        {
            trigger: ".o_form_view [name=policy_version_id]:contains(One-Time)",
        },
        {
            trigger: ".o_form_view [name=approved_by_id]:contains(approver)",
        },
        {
            trigger: ".o_form_view [name=contract_id] a",
        },
        {
            content: "to the evidence: three",
            trigger: ".o_form_view [name=evidence_ids] .o_data_row:contains(Portal) td[name=kind]",
            run: "click",
        },
        {
            trigger: ".modal .o_form_view [name=source]:contains(Portal), .o_form_view > * [name=note]",
        },
    ],
});

tours.add("revenue_dashboard", {
    steps: () => [
        {
            content: "The controller sees what is left out of closes",
            trigger: ".o_revenue_tile[data-name=blocking]:contains(Something is missing)",
        },
        {
            content: "that the books agree",
            trigger: ".o_revenue_tile[data-name=ledger]:contains(They agree)",
        },
        {
            content: "and what comes",
            trigger: ".o_revenue_forecast canvas",
        },
        {
            content: "and sees to the exceptions",
            trigger: ".o_revenue_tile[data-name=blocking]",
            run: "click",
        },
        {
            content: "each with its remedy",
            trigger: ".o_list_view .o_data_row button[name=action_remedy]:contains(Enter Selling Price)",
            run: "click",
        },
        {
            trigger: ".modal .o_form_view [name=product_id]",
        },
    ],
});
