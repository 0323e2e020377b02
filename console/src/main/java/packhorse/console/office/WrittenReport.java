package packhorse.console.office;

import java.time.Instant;
import packhorse.console.change.OrderId;
import packhorse.console.change.PersonId;

/**
 * A report that was written and kept.
 *
 * @param body as it was written, in Markdown
 */
public record WrittenReport(OrderId order, Form form, String body, PersonId by, Instant at) {
    /** What it is. */
    public enum Form {
        /** At any time: what is done, what comes, what is at risk. */
        STATUS,
        /** Where every endpoint ended. */
        ANALYSIS,
        /** At the end: plan against actual. */
        EVALUATION
    }

    /** What fits a report that people read. */
    public static final int BODY_CHARS_MAX = 200_000;

    public WrittenReport {
        body = body.strip();
        if (body.isEmpty() || body.length() > BODY_CHARS_MAX) {
            throw new IllegalArgumentException("a report has 1 to " + BODY_CHARS_MAX + " characters");
        }
    }
}
