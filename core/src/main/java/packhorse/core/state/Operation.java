package packhorse.core.state;

/** What is to be done with a release on an endpoint; the trade's words. */
public enum Operation {
    /** Bring the content: the endpoint ends in STAGED. */
    DISTRIBUTE,
    /** Put it in place; undoable until committed. */
    INSTALL,
    /** Put a newer version in place and keep the old as backup. */
    UPDATE,
    /** Make what is installed the active one, after its health check. */
    ACTIVATE,
    /** Make it final and free the backup. */
    COMMIT,
    /** Bring the previous version back. */
    ROLLBACK,
    /** Take what is installed away. */
    REMOVE,
    /** Drop the content from the disk; nothing active refers to it. */
    DELETE;

    /** Whether the content has to be here before the operation can begin. */
    public boolean needsContent() {
        return switch (this) {
            case DISTRIBUTE, INSTALL, UPDATE -> true;
            case ACTIVATE, COMMIT, ROLLBACK, REMOVE, DELETE -> false;
        };
    }
}
