package packhorse.console.change;

import java.util.Optional;

/** The steps of the road, in their order; each has its checklist. */
public enum Step {
    CHANGE_REQUEST("change request", Optional.empty()),
    REQUEST_APPROVAL("request approval", Optional.empty()),
    CHANGE_ORDER("change order", Optional.empty()),
    BUILDING("building", Optional.of(Stage.BUILDING)),
    TEST("test", Optional.of(Stage.TEST)),
    PLAN_APPROVAL("plan approval", Optional.empty()),
    STAGING("staging", Optional.of(Stage.PRODUCTION)),
    READINESS("readiness", Optional.of(Stage.PRODUCTION)),
    NOTIFICATION("notification", Optional.of(Stage.PRODUCTION)),
    BETA_GROUP("beta group", Optional.of(Stage.PRODUCTION)),
    WAVES("waves", Optional.of(Stage.PRODUCTION)),
    ANALYSIS("analysis", Optional.of(Stage.PRODUCTION)),
    /** Only where something has to be taken back or sent again. */
    BACKOUT_AND_RECOVERY("backout and recovery", Optional.of(Stage.PRODUCTION)),
    CLOSING("closing", Optional.empty());

    private final String title;
    private final Optional<Stage> stage;

    Step(String title, Optional<Stage> stage) {
        this.title = title;
        this.stage = stage;
    }

    /** For people. */
    public String title() {
        return title;
    }

    /** The stage that it belongs to, where it belongs to one. */
    public Optional<Stage> stage() {
        return stage;
    }
}
