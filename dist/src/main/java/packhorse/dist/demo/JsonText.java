package packhorse.dist.demo;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * JSON for reports: maps, lists, texts, whole numbers, booleans, and fractions, which the signed formats of {@code core.json}
 * know on purpose not of. Indented by two.
 */
final class JsonText {
    private JsonText() {}

    static String of(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, "", out);
        return out.append('\n').toString();
    }

    private static void write(Object value, String indent, StringBuilder out) {
        switch (value) {
            case Map<?, ?> map -> {
                String separator = "{\n";
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    out.append(separator).append(indent).append("  ");
                    text(String.valueOf(entry.getKey()), out);
                    out.append(": ");
                    write(entry.getValue(), indent + "  ", out);
                    separator = ",\n";
                }
                out.append(map.isEmpty() ? "{" : "\n" + indent).append('}');
            }
            case List<?> list -> {
                String separator = "[\n";
                for (Object each : list) {
                    out.append(separator).append(indent).append("  ");
                    write(each, indent + "  ", out);
                    separator = ",\n";
                }
                out.append(list.isEmpty() ? "[" : "\n" + indent).append(']');
            }
            case Double fraction -> out.append(String.format(Locale.ROOT, "%.4f", fraction));
            case Long whole -> out.append(whole);
            case Integer whole -> out.append(whole);
            case Boolean truth -> out.append(truth);
            case String text -> text(text, out);
            default -> throw new IllegalArgumentException("a report holds no " + value.getClass());
        }
    }

    private static void text(String text, StringBuilder out) {
        out.append('"');
        text.chars().forEach(c -> {
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                default -> {
                    if (c < 0x20) {
                        out.append(String.format(Locale.ROOT, "\\u%04x", c));
                    } else {
                        out.append((char) c);
                    }
                }
            }
        });
        out.append('"');
    }
}
