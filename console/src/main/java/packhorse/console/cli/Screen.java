package packhorse.console.cli;

import java.util.List;

/** How wide what people read may be. */
final class Screen {
    /** As wide as a terminal is at least; {@code COLUMNS} says otherwise where it is exported. */
    static final int COLUMNS = 80;

    private static final int COLUMNS_MIN = 40;

    private Screen() {}

    static int columns() {
        return columns(System.getenv().getOrDefault("COLUMNS", ""));
    }

    static int columns(String said) {
        return said.matches("[0-9]{1,4}") ? Math.max(COLUMNS_MIN, Integer.parseInt(said)) : COLUMNS;
    }

    /** Adds a line, broken between words where it is too long; what follows the first begins with {@code indent}. */
    static void wrap(String line, String indent, int columns, List<String> lines) {
        String left = line;
        while (left.length() > columns) {
            int at = left.lastIndexOf(' ', columns);
            if (left.substring(0, Math.max(at, 0)).isBlank()) {
                at = left.indexOf(' ', columns);
                if (at < 0) {
                    break;
                }
            }
            lines.add(left.substring(0, at).stripTrailing());
            left = indent + left.substring(at).stripLeading();
        }
        lines.add(left);
    }
}
