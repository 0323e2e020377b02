package packhorse.console.change;

/** Where on its road an order is at work. An office with a network is a site, never a stage. */
public enum Stage {
    BUILDING("building"),
    TEST("test"),
    PRODUCTION("production");

    private final String title;

    Stage(String title) {
        this.title = title;
    }

    /** For people. */
    public String title() {
        return title;
    }
}
