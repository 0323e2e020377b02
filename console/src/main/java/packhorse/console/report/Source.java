package packhorse.console.report;

/** Where bytes came from. */
public enum Source {
    /** Over the WAN, from the origin. */
    ORIGIN("origin", "origin, over the WAN", true),
    /** From the site's own peer. */
    DEPOT("depot", "depot of the site", false),
    /** From another endpoint of the site. */
    LAN_PEER("lan-peer", "peers of the site", false),
    MULTICAST("multicast", "multicast", false),
    /** From the endpoint's own disk: an older release, or what was there already. */
    LOCAL("local", "the endpoint's own disk", false),
    /** Over the WAN; the agent did not say from whom. */
    WAN("wan", "over the WAN, not said from whom", true),
    /** Inside the site; the agent did not say from whom. */
    LAN("lan", "inside the site, not said from whom", false);

    private final String key;
    private final String title;
    private final boolean overWan;

    Source(String key, String title, boolean overWan) {
        this.key = key;
        this.title = title;
        this.overWan = overWan;
    }

    /** For programs. */
    public String key() {
        return key;
    }

    /** For people. */
    public String title() {
        return title;
    }

    /** Whether it crossed the site's WAN link. */
    public boolean overWan() {
        return overWan;
    }
}
