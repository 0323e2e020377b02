package packhorse.console.change;

import java.util.ArrayList;
import java.util.List;

/**
 * How a change is deployed: the installation plan for those who are there when it happens.
 *
 * @param mechanism what installs it
 * @param physicalDelivery what is carried where, and by whom; empty where all travels electronically
 * @param installers who installs what and how
 * @param endUserSupport whom users call, and what they are told
 * @param contingency what is done when it does not go as planned
 * @param outagePlan what is not available when, and for how long
 * @param checklist what is gone through on the day
 */
public record DeploymentGuide(
        String mechanism,
        String physicalDelivery,
        List<Installer> installers,
        String endUserSupport,
        String contingency,
        String outagePlan,
        List<String> checklist) {
    /** Who installs what, and how. */
    public record Installer(String who, String what, String how) {
        public Installer {
            who = Words.named("who installs", who);
            what = Words.named("what is installed", what);
            how = Words.said("how it is installed", how);
        }
    }

    public DeploymentGuide {
        mechanism = Words.prose("the mechanism", mechanism);
        physicalDelivery = Words.prose("the physical delivery", physicalDelivery);
        installers = Words.bounded("the list of installers", installers);
        endUserSupport = Words.prose("the end-user support", endUserSupport);
        contingency = Words.prose("the contingency operations", contingency);
        outagePlan = Words.prose("the outage plan", outagePlan);
        checklist = Words.lines("the deployment checklist", checklist);
    }

    /** Nothing written yet. */
    public static DeploymentGuide empty() {
        return new DeploymentGuide("", "", List.of(), "", "", "", List.of());
    }

    /**
     * What is still to be written.
     *
     * @param carried whether a release travels on something that is carried
     */
    public List<String> missing(boolean carried) {
        List<String> missing = new ArrayList<>();
        note(missing, mechanism.isEmpty(), "the mechanism");
        note(missing, carried && physicalDelivery.isEmpty(), "the physical delivery");
        note(missing, installers.isEmpty(), "who installs what and how");
        note(missing, endUserSupport.isEmpty(), "the end-user support");
        note(missing, contingency.isEmpty(), "the contingency operations");
        note(missing, outagePlan.isEmpty(), "the outage plan");
        note(missing, checklist.isEmpty(), "the deployment checklist");
        return missing;
    }

    private static void note(List<String> missing, boolean isMissing, String what) {
        if (isMissing) {
            missing.add(what);
        }
    }
}
