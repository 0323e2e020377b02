package packhorse.console.change;

/** What shows that a checklist's item is done. */
public enum EvidenceKind {
    /** The name of whoever says so. */
    NAME,
    /** Some words. */
    NOTE,
    /** A file that is kept with the order. */
    ATTACHMENT,
    /** What the product found itself; a person only where it could not look. */
    FINDING
}
