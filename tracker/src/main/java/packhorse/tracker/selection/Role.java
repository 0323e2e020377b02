package packhorse.tracker.selection;

/** What an agent is in one swarm. */
public enum Role {
    /** Trades inside its site only. */
    ORDINARY,
    /** Listed for its site: pulls for it over the WAN and serves it. */
    SITE_PEER,
    /** An ordinary agent that stands in where no site peer takes part. */
    LEAD,
    /** The authoritative source. */
    ORIGIN
}
