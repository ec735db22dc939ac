import { MilestoneCard } from "./milestone_card";

/** One milestone as a line of a list, with what keeps it back. */
export class MilestoneRow extends MilestoneCard {
    static template = "milestone_billing.MilestoneRow";
}
