package packhorse.console.wave;

import java.time.Instant;
import packhorse.console.change.PersonId;
import packhorse.core.PlainText;

/** A person's word that something goes on, or is left out, against the rule: who, why, when. */
public record Waiver(PersonId person, String why, Instant at) {
    static final int WHY_CHARS_MAX = 1_000;

    public Waiver {
        why = PlainText.line(why);
        if (why.isEmpty() || why.length() > WHY_CHARS_MAX) {
            throw new IllegalArgumentException("say why, in 1 to " + WHY_CHARS_MAX + " characters");
        }
    }
}
