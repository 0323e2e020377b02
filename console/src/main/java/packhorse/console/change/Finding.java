package packhorse.console.change;

import java.time.Instant;

/**
 * What the product found when it looked.
 *
 * @param text one line with the numbers it rests on, cut where it is too long
 */
public record Finding(Answer answer, String text, Instant at) {
    /** How it is. */
    public enum Answer {
        MET,
        NOT_MET,
        /** It could not look: a person has to. */
        UNKNOWN
    }

    public Finding {
        text = Words.shown(text);
    }

    public static Finding met(String text, Instant at) {
        return new Finding(Answer.MET, text, at);
    }

    public static Finding notMet(String text, Instant at) {
        return new Finding(Answer.NOT_MET, text, at);
    }

    public static Finding unknown(String text, Instant at) {
        return new Finding(Answer.UNKNOWN, text, at);
    }
}
