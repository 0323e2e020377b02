package packhorse.console.change;

/** How a release travels. */
public enum Medium {
    /** Over the network. */
    ELECTRONIC,
    /** On something that is carried: a DVD, a disk, a tape. */
    OFFLINE
}
