package packhorse.console.office;

import java.time.Instant;
import packhorse.console.change.PersonId;
import packhorse.core.PlainText;
import packhorse.core.topology.EndpointId;

/** A machine that may no longer take part: stolen, sold, or not ours. */
public record Denied(EndpointId endpoint, String why, PersonId by, Instant at) {
    private static final int WHY_CHARS_MAX = 500;

    public Denied {
        why = PlainText.line(why).strip();
        if (why.isEmpty() || why.length() > WHY_CHARS_MAX) {
            throw new IllegalArgumentException("say why it is denied, in 1 to " + WHY_CHARS_MAX + " characters");
        }
    }
}
