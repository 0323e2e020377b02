package packhorse.console.change;

import java.time.Instant;
import java.util.Optional;

/**
 * What the product found when it looked.
 *
 * @param text one line with the numbers it rests on, cut where it is too long
 * @param asked what the product could not look at, where a person answered it: their word stands in the text
 */
public record Finding(Answer answer, String text, Instant at, Optional<String> asked) {
    /** How it is. */
    public enum Answer {
        MET,
        NOT_MET,
        /** It could not look: a person has to. */
        UNKNOWN
    }

    public Finding {
        text = Words.shown(text);
        asked = asked.map(Words::shown);
    }

    /** The product's own. */
    public Finding(Answer answer, String text, Instant at) {
        this(answer, text, at, Optional.empty());
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

    /** What the product itself found, before anybody's word. */
    public Finding own() {
        return asked.map(text -> unknown(text, at)).orElse(this);
    }

    /** The same with a person's word, who looked where the product could not. */
    public Finding answered(String word) {
        return new Finding(Answer.MET, word, at, Optional.of(own().text));
    }

    /** The same with why a person's word does not count for it. */
    public Finding unanswered(String why) {
        return new Finding(Answer.UNKNOWN, Words.shown(own().text, why), at, Optional.of(own().text));
    }
}
