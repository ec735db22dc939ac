import { ProjectRightSidePanel } from "@project/components/project_right_side_panel/project_right_side_panel";
import { patch } from "@web/core/utils/patch";
import { ProjectBilling } from "./project_billing";

patch(ProjectRightSidePanel, {
    components: { ...ProjectRightSidePanel.components, ProjectBilling },
});

patch(ProjectRightSidePanel.prototype, {
    get panelVisible() {
        return super.panelVisible || this.state.data.user?.shows_billing;
    },
});
