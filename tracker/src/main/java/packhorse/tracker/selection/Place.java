package packhorse.tracker.selection;

import packhorse.core.topology.Site;

/** Where an agent is, as far as the site rule cares. */
public sealed interface Place {
    /** Listed as an origin. */
    record AtOrigin() implements Place {}

    /** In an office. */
    record InSite(Site site) implements Place {}

    /** In no site: everything is far. */
    record Roaming() implements Place {}
}
