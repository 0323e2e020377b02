package packhorse.console.gate;

/** What a gate says. A wave's state is something else, and so is a hold. */
public enum Verdict {
    /** Good enough, by every criterion. */
    PASS,
    /** Too bad, and not by chance. */
    FAIL,
    /** What was seen bears out neither; a person decides. */
    INCONCLUSIVE
}
