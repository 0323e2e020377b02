package packhorse.core.unit;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 30m}, {@code 1h30m}, {@code 400d}, or ISO 8601's {@code PT30M}. */
public final class Durations {
    private static final Pattern PARTS = Pattern.compile(
            "(?:([0-9]{1,9})d)?\\s*(?:([0-9]{1,9})h)?\\s*(?:([0-9]{1,9})m)?\\s*(?:([0-9]{1,9})s)?\\s*(?:([0-9]{1,9})ms)?");

    private static final Pattern ISO = Pattern.compile("[-+]?[Pp].+");

    private Durations() {}

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException naming the text, when it is none
     */
    public static Duration parse(String text) {
        String written = text.strip();
        if (ISO.matcher(written).matches()) {
            try {
                return Duration.parse(written);
            } catch (DateTimeParseException e) {
                throw new IllegalArgumentException(refusal(text), e);
            }
        }
        Matcher parts = PARTS.matcher(written);
        if (written.isEmpty() || !parts.matches()) {
            throw new IllegalArgumentException(refusal(text));
        }
        return Duration.ofDays(amount(parts, 1))
                .plusHours(amount(parts, 2))
                .plusMinutes(amount(parts, 3))
                .plusSeconds(amount(parts, 4))
                .plusMillis(amount(parts, 5));
    }

    private static long amount(Matcher parts, int group) {
        String digits = parts.group(group);
        return digits == null ? 0 : Long.parseLong(digits);
    }

    private static String refusal(String text) {
        return "\"" + text + "\" is not a duration; write whole numbers and d, h, m, s or ms, such as 30s or 1h30m"
                + " (or ISO 8601: PT1H30M)";
    }
}
