package packhorse.console.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** JSON as people read it: a key and its value on a line, what belongs to it below, further in. */
final class Outline {
    private static final String STEP = "  ";

    private Outline() {}

    static List<String> of(Object value) {
        List<String> lines = new ArrayList<>();
        write(value, "", lines);
        return lines;
    }

    private static void write(Object value, String in, List<String> lines) {
        switch (value) {
            case Map<?, ?> object ->
                object.forEach((key, inner) -> {
                    if (!isEmpty(inner)) {
                        under(key + ":", inner, in, lines);
                    }
                });
            case List<?> list -> list.forEach(inner -> under("-", inner, in, lines));
            default -> lines.add(in + text(value));
        }
    }

    private static void under(String head, Object inner, String in, List<String> lines) {
        if (inner instanceof Map<?, ?> || inner instanceof List<?>) {
            // Sentences have a line each; words stand beside each other.
            if (inner instanceof List<?> list
                    && list.stream().noneMatch(one -> isNested(one) || text(one).contains(","))) {
                lines.add(in + head + " "
                        + String.join(", ", list.stream().map(Outline::text).toList()));
                return;
            }
            int at = lines.size();
            write(inner, in + STEP, lines);
            if (head.equals("-") && lines.size() > at) {
                lines.set(at, in + "- " + lines.get(at).substring(in.length() + STEP.length()));
            } else {
                lines.add(at, in + head);
            }
        } else {
            lines.add(in + head + " " + text(inner));
        }
    }

    private static boolean isNested(Object value) {
        return value instanceof Map<?, ?> || value instanceof List<?>;
    }

    private static boolean isEmpty(Object value) {
        return (value instanceof Map<?, ?> object && object.isEmpty())
                || (value instanceof List<?> list && list.isEmpty())
                || (value instanceof String text && text.isEmpty());
    }

    /** A value of one line; the texts are other people's, so what would move the cursor is left out. */
    static String text(Object value) {
        StringBuilder text = new StringBuilder();
        String.valueOf(value).codePoints().forEach(c -> text.appendCodePoint(Character.isISOControl(c) ? ' ' : c));
        return text.toString();
    }
}
