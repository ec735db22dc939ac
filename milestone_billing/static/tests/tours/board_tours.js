import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("billing_board", {
    steps: () => [
        {
            content: "Cards that are done are shown, too",
            trigger: ".o_searchview_facet:contains(Open) .o_facet_remove",
            run: "click",
        },
        {
            content: "and are there: the board is read anew, and nothing is dragged meanwhile",
            trigger: ".o_kanban_group:contains(Doing) .o_kanban_record:contains(Handed In)",
        },
        {
            content: "The card says what finishing its task bills",
            trigger: ".o_kanban_group:contains(Doing) .o_kanban_record:contains(Design) .o_billing_hint:contains(400.00)",
        },
        {
            content: "The project manager drags it to the closing stage",
            trigger: ".o_kanban_group:contains(Doing) .o_kanban_record:contains(Design)",
            run: "drag_and_drop(.o_kanban_group:contains(Closed))",
        },
        {
            content: "is asked, with the amount",
            trigger: ".modal-body:contains(Mark done and bill):contains(400.00)",
        },
        {
            content: "and says that it is done",
            trigger: ".modal footer button:contains(Mark Done)",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
        {
            content: "The closing stage is folded on the board: it is opened",
            trigger: ".o_kanban_group.o_column_folded:contains(Closed)",
            run: "click",
        },
        {
            content: "The card is green with its invoice",
            trigger:
                ".o_kanban_group:contains(Closed) .o_kanban_record:contains(Design) .o_billing_hint.text-success:contains(INV/)",
        },
    ],
});
