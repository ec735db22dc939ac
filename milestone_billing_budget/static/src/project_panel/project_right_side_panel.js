import { ProjectRightSidePanel } from "@project/components/project_right_side_panel/project_right_side_panel";
import { patch } from "@web/core/utils/patch";
import { ProjectBudget } from "./project_budget";

patch(ProjectRightSidePanel, {
    components: { ...ProjectRightSidePanel.components, ProjectBudget },
});

patch(ProjectRightSidePanel.prototype, {
    get panelVisible() {
        return super.panelVisible || this.state.data.user?.shows_budget;
    },
});
