package packhorse.console.change;

import static packhorse.console.change.EvidenceKind.ATTACHMENT;
import static packhorse.console.change.EvidenceKind.NAME;
import static packhorse.console.change.EvidenceKind.NOTE;
import static packhorse.console.change.Role.APPROVER;
import static packhorse.console.change.Role.CHANGE_COORDINATOR;
import static packhorse.console.change.Role.INSTALLATION_COORDINATOR;
import static packhorse.console.change.Role.PACKAGE_BUILDER;
import static packhorse.console.change.Role.REQUESTER;
import static packhorse.console.change.Role.SOLUTION_ARCHITECT;
import static packhorse.console.change.Role.TEST_SPECIALIST;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import packhorse.console.change.Function.Place;

/**
 * The trade's checklists: who does what in each step, who helps, and what shows it. What the product measures or checks itself is
 * {@link EvidenceKind#FINDING} and asked of nobody.
 */
public final class Checklists {
    private Checklists() {}

    /** Before an order leaves its planning. */
    static Checklist planning(Category category) {
        List<ChecklistItem> items = new ArrayList<>();
        Step step = Step.CHANGE_ORDER;
        items.add(ChecklistItem.of(
                step, "sites", "name the sites involved", CHANGE_COORDINATOR, Set.of(INSTALLATION_COORDINATOR), NAME));
        items.add(ChecklistItem.found(step, "estimate", "estimate cost, resources, bytes and time"));
        items.add(ChecklistItem.of(
                step, "schedule", "agree the schedule", CHANGE_COORDINATOR, Set.of(REQUESTER, APPROVER), NAME));
        items.add(ChecklistItem.found(step, "communications", "write the communications plan"));
        if (category.has(Stage.PRODUCTION)) {
            items.add(ChecklistItem.found(step, "backout", "write the backout plan"));
            items.add(ChecklistItem.found(step, "guide", "write the deployment guide"));
        }
        return new Checklist(items);
    }

    /** Before a stage is left. */
    static Checklist of(Stage stage, Category category) {
        return new Checklist(
                switch (stage) {
                    case BUILDING -> building(category);
                    case TEST -> test(category);
                    case PRODUCTION -> production(category);
                });
    }

    private static List<ChecklistItem> building(Category category) {
        Step step = Step.BUILDING;
        List<ChecklistItem> items = new ArrayList<>(List.of(
                ChecklistItem.found(step, "source", "bring the sources in from a version-controlled host"),
                ChecklistItem.found(step, "scan", "scan them for viruses"),
                ChecklistItem.of(
                        step,
                        "control-files",
                        "write response and control files and configuration changes",
                        PACKAGE_BUILDER,
                        Set.of(SOLUTION_ARCHITECT),
                        NOTE),
                ChecklistItem.found(step, "built", "build and sign the release"),
                ChecklistItem.found(
                        step, "unit-test", "install and uninstall it again and again on a pristine machine"),
                ChecklistItem.found(step, "catalogued", "catalogue it with size, name and version"),
                ChecklistItem.of(
                                step,
                                "documented",
                                "write down how it was built",
                                PACKAGE_BUILDER,
                                Set.of(),
                                ATTACHMENT)
                        .optional()));
        if (category.works().contains(Work.MEDIA) || category.works().contains(Work.IMAGE_MEDIA)) {
            items.add(ChecklistItem.of(
                    step, "media", "make the media and label them", PACKAGE_BUILDER, Set.of(CHANGE_COORDINATOR), NOTE));
        }
        return items;
    }

    private static List<ChecklistItem> test(Category category) {
        Step step = Step.TEST;
        List<ChecklistItem> items = new ArrayList<>(List.of(
                ChecklistItem.of(
                        step,
                        "endpoints",
                        "prepare test endpoints that stand for production's machines, servers and networks",
                        TEST_SPECIALIST,
                        Set.of(INSTALLATION_COORDINATOR),
                        NOTE),
                ChecklistItem.found(step, "entry", "meet the entry criteria"),
                ChecklistItem.found(step, "scan", "scan the release again"),
                ChecklistItem.found(step, "cases", "run the cases of the test plan"),
                ChecklistItem.found(step, "times", "record transmission and installation times"),
                ChecklistItem.found(step, "exit", "meet the exit criteria"),
                ChecklistItem.of(
                        step,
                        "report",
                        "report pass or fail, risks and defects",
                        TEST_SPECIALIST,
                        Set.of(SOLUTION_ARCHITECT),
                        NOTE)));
        if (category.has(Stage.PRODUCTION) && category.touchesEndpoints()) {
            items.add(ChecklistItem.found(step, "rehearsal", "rehearse the backout"));
        }
        if (category.works().contains(Work.MEDIA) || category.works().contains(Work.IMAGE_MEDIA)) {
            items.add(ChecklistItem.of(
                    step, "media", "install from the media", TEST_SPECIALIST, Set.of(PACKAGE_BUILDER), NOTE));
        }
        return items;
    }

    private static List<ChecklistItem> production(Category category) {
        List<ChecklistItem> items = new ArrayList<>();
        boolean repository = category.functions().stream().anyMatch(function -> function.place() == Place.REPOSITORY);
        if (repository) {
            items.add(ChecklistItem.found(Step.STAGING, "repository", "carry it out in the production repository"));
        }
        if (category.touchesEndpoints()) {
            items.addAll(staging());
            items.addAll(readiness());
            items.add(ChecklistItem.found(
                    Step.NOTIFICATION, "told", "tell the stakeholders what, when and whom to call"));
            items.add(ChecklistItem.found(Step.BETA_GROUP, "evidence", "judge the beta group by what was seen"));
            items.add(ChecklistItem.found(Step.BETA_GROUP, "go", "decide go, no-go or extend, with the yellow flags"));
            items.add(ChecklistItem.found(Step.WAVES, "waves", "judge every wave, or skip it with a reason"));
            items.add(ChecklistItem.found(Step.ANALYSIS, "sorted", "sort every endpoint"));
            items.add(ChecklistItem.of(
                    Step.ANALYSIS,
                    "report",
                    "report the analysis",
                    INSTALLATION_COORDINATOR,
                    Set.of(SOLUTION_ARCHITECT, TEST_SPECIALIST),
                    NOTE));
        }
        return items;
    }

    private static List<ChecklistItem> staging() {
        Step step = Step.STAGING;
        return List.of(
                ChecklistItem.found(step, "promoted", "promote the releases to the production repository"),
                ChecklistItem.found(step, "depots", "bring them to the depots"),
                ChecklistItem.of(
                        step,
                        "means",
                        "verify hardware, network and distribution tool",
                        INSTALLATION_COORDINATOR,
                        Set.of(SOLUTION_ARCHITECT),
                        NOTE));
    }

    private static List<ChecklistItem> readiness() {
        Step step = Step.READINESS;
        return List.of(
                ChecklistItem.found(step, "baseline", "every site meets the baseline"),
                ChecklistItem.found(step, "targets", "every target is known, reachable, entitled and licensed"),
                ChecklistItem.found(step, "machines", "every target has disk, battery and prerequisites"),
                ChecklistItem.found(step, "depots", "every depot holds the releases"),
                ChecklistItem.found(step, "approvals", "the approvals are in and hold for this plan"),
                ChecklistItem.found(step, "rehearsal", "the backout was rehearsed with these releases"),
                ChecklistItem.found(step, "window", "every site has a window in time"),
                ChecklistItem.of(
                        step,
                        "freezes",
                        "external freezes and backup times are respected",
                        INSTALLATION_COORDINATOR,
                        Set.of(CHANGE_COORDINATOR),
                        NOTE));
    }

    /** Where something has to be taken back or sent again. */
    public static List<ChecklistItem> backout() {
        Step step = Step.BACKOUT_AND_RECOVERY;
        return List.of(
                ChecklistItem.of(
                        step,
                        "cause",
                        "mend the cause before anything is sent again",
                        SOLUTION_ARCHITECT,
                        Set.of(PACKAGE_BUILDER, TEST_SPECIALIST),
                        NOTE),
                ChecklistItem.found(step, "order", "roll back in the planned order of recovery"),
                ChecklistItem.found(step, "problems", "open, close or transfer the problem records"),
                ChecklistItem.found(step, "told", "tell the stakeholders again"));
    }

    /** Before an order is closed. */
    static Checklist closing(Category category) {
        Step step = Step.CLOSING;
        List<ChecklistItem> items = new ArrayList<>(List.of(
                ChecklistItem.found(step, "status", "write the status report"),
                ChecklistItem.found(step, "evaluation", "write the evaluation report"),
                ChecklistItem.found(step, "acceptance", "the requester accepts, and says how satisfied"),
                ChecklistItem.found(step, "problems", "no problem record is open that is not handed over"),
                ChecklistItem.of(
                                step,
                                "lessons",
                                "keep the lessons",
                                CHANGE_COORDINATOR,
                                Set.of(INSTALLATION_COORDINATOR),
                                NOTE)
                        .optional()));
        if (category.has(Stage.PRODUCTION)) {
            items.add(ChecklistItem.found(step, "handover", "hand it over to operations"));
        }
        return new Checklist(items);
    }
}
