package packhorse.console.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How far a deployment is, as people see it: a few lines for each wave, none longer than the screen is wide. */
final class WatchPicture {
    /** States in which the gate is being asked. */
    private static final Set<String> OPEN = Set.of("ACTIVE", "DRAINING", "JUDGED");

    private static final int BAR_CHARS = 20;
    private static final String IN = "  ";
    private static final String FURTHER_IN = "     ";

    private WatchPicture() {}

    /** @param now as {@code /progress} says it */
    static List<String> of(Object now, int columns) {
        List<String> lines = new ArrayList<>();
        Screen.wrap(text(now, "id") + "  " + text(now, "state") + "  since " + text(now, "since"), IN, columns, lines);
        for (Object hold : list(now, "holds")) {
            Screen.wrap(
                    IN + "HELD (" + text(hold, "kind") + ") by " + text(hold, "who") + ": " + text(hold, "why"),
                    FURTHER_IN,
                    columns,
                    lines);
        }
        list(now, "waves").forEach(wave -> wave(wave, columns, lines));
        String question = text(now, "question");
        if (!question.isEmpty()) {
            Screen.wrap(IN + "a person has to decide: " + question, FURTHER_IN, columns, lines);
        }
        return lines;
    }

    private static void wave(Object wave, int columns, List<String> lines) {
        String id = text(wave, "id");
        long members = number(wave, "members");
        long ended = number(wave, "ended");
        String count = members == 0
                ? ""
                : "  " + bar(ended, members) + " " + ended + " of " + members + " ended: " + number(wave, "succeeded")
                        + " succeeded, " + number(wave, "failed") + " failed; " + number(wave, "underWay")
                        + " under way";
        Screen.wrap(
                IN + id.substring(id.lastIndexOf('/') + 1) + " " + text(wave, "name") + "  " + text(wave, "state")
                        + count,
                FURTHER_IN,
                columns,
                lines);
        // The evidence begins with the verdict.
        String evidence = text(wave, "evidence");
        if (!evidence.isEmpty()) {
            Screen.wrap(FURTHER_IN + evidence, FURTHER_IN, columns, lines);
        }
        // What stands in the evidence already is not said twice.
        if (OPEN.contains(text(wave, "state"))) {
            list(wave, "gate").stream()
                    .map(Outline::text)
                    .filter(line -> !evidence.contains(line))
                    .forEach(line -> Screen.wrap(FURTHER_IN + line, FURTHER_IN, columns, lines));
        }
    }

    private static String bar(long done, long of) {
        int full = (int) (BAR_CHARS * Math.min(done, of) / of);
        return "[" + "#".repeat(full) + ".".repeat(BAR_CHARS - full) + "]";
    }

    /** The text at {@code key}; empty where there is none. */
    static String text(Object value, String key) {
        return value instanceof Map<?, ?> object && object.get(key) != null ? Outline.text(object.get(key)) : "";
    }

    private static long number(Object value, String key) {
        return value instanceof Map<?, ?> object && object.get(key) instanceof Number number ? number.longValue() : 0;
    }

    private static List<?> list(Object value, String key) {
        return value instanceof Map<?, ?> object && object.get(key) instanceof List<?> list ? list : List.of();
    }
}
