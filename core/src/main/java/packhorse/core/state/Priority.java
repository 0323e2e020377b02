package packhorse.core.state;

/** Whose bytes go first over a shared line; declared from last to first. */
public enum Priority {
    /** Staged ahead of time: whatever is left of the line. */
    BACKGROUND,
    /** A wave that runs. */
    NORMAL,
    /** Somebody sits and waits. */
    USER
}
