import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("billing_portal_plan", {
    steps: () => [
        {
            content: "The customer finds the plans of all the orders at home",
            trigger: ".o_portal_index_card:visible a[href='/my/billing_plans']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "sees where each stands and what comes next, in words too",
            trigger: ".o_billing_plans tr:contains(Planned one) .o_billing_progress:contains(% invoiced)",
        },
        {
            content: "sorts them",
            trigger: "#portal_searchbar_sortby",
            run: "click",
        },
        {
            trigger: ".o_portal_navbar .dropdown-item[href*='sortby=name']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "and opens one",
            trigger: "#portal_searchbar_sortby:contains(Order)",
        },
        {
            trigger: ".o_billing_plans td a[href*='#billing_plan']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The customer sees how far the money is",
            trigger: "#billing_plan .o_billing_progress:contains(Still to come)",
        },
        {
            content: "a milestone with its state in his words, not why we wait",
            trigger: "#billing_plan tr:contains(Held one) .badge:contains(Done)",
        },
        {
            content: "what is to come",
            trigger: "#billing_plan tr:contains(Planned one) .badge:contains(Planned)",
        },
        {
            content: "and from what is invoiced he goes to his invoice",
            trigger: "#billing_plan tr:contains(Waiting one):contains(Invoiced) a.o_billing_invoice:visible",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "#portal_invoice, .o_portal_invoice_sidebar, iframe#invoice_html, h2:contains(INV/)",
        },
    ],
});

tours.add("billing_portal_plan_phone", {
    steps: () => [
        {
            content: "On a phone, state and invoice stand under the milestone",
            trigger: "#billing_plan tr:contains(Waiting one) td:first .d-sm-none .badge:visible:contains(Invoiced)",
        },
        {
            content: "the amount beside it",
            trigger: "#billing_plan tr:contains(Waiting one) td.text-end:visible:contains(250.00)",
        },
        {
            content: "and nothing is wider than the screen",
            trigger: "#billing_plan",
            run() {
                const table = document.querySelector("#billing_plan table");
                if (table.getBoundingClientRect().right > window.innerWidth) {
                    throw new Error("The plan is wider than the screen");
                }
            },
        },
    ],
});

tours.add("billing_portal_list_phone", {
    steps: () => [
        {
            content: "On a phone, what comes next and how far it is stand under the order",
            trigger: ".o_billing_plans td:first .d-lg-none:visible:contains(Next: Planned one)",
        },
        {
            trigger: ".o_billing_plans td:first .d-md-none:visible:contains(% invoiced)",
        },
        {
            content: "the total beside it, and nothing is wider than the screen",
            trigger: ".o_billing_plans td.text-end:visible:contains(1,000.00)",
            run() {
                const table = document.querySelector(".o_billing_plans table");
                if (table.getBoundingClientRect().right > window.innerWidth) {
                    throw new Error("The list is wider than the screen");
                }
            },
        },
    ],
});
