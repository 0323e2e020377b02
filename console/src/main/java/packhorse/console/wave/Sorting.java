package packhorse.console.wave;

/** Where analysis puts a member of a wave; each is in one at every instant. A problem record may accompany any. */
public enum Sorting {
    /** It is where the order wanted it. */
    SUCCEEDED,
    /** It is as before, and is sent it again once the cause is mended. */
    REDISTRIBUTE,
    /** It has to be taken back. */
    ROLLBACK,
    /** It does not concern it, or not any more. */
    EXCLUDED,
    /** It is not known yet. */
    PENDING
}
