package packhorse.peer.adapter.text;

import java.util.ArrayList;
import java.util.List;

/** Where a text's lines begin and end, and how new ones are put among them. */
final class Lines {
    /**
     * One line.
     *
     * @param end behind its last character
     * @param next where the following line begins: behind its terminator
     */
    record Line(int start, int end, int next) {
        boolean terminated() {
            return next > end;
        }
    }

    private Lines() {}

    /** Lines end with LF, CR LF or CR, whichever comes. */
    static List<Line> of(String text) {
        return of(text, KeyFormat.beginning(text));
    }

    /** Of what begins at a place. */
    static List<Line> of(String text, int from) {
        List<Line> lines = new ArrayList<>();
        int start = from;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n' || c == '\r') {
                int next = c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n' ? i + 2 : i + 1;
                lines.add(new Line(start, i, next));
                start = next;
                i = next - 1;
            }
        }
        if (start < text.length()) {
            lines.add(new Line(start, text.length(), text.length()));
        }
        return lines;
    }

    /**
     * How this text ends its lines: as the line before {@code at} does, so that two terminators never become one; else as the first,
     * and LF where it has none.
     */
    static String terminator(String text, int at) {
        List<Line> terminated = of(text).stream().filter(Line::terminated).toList();
        return terminated.stream()
                .filter(line -> line.next() <= at)
                .reduce((earlier, later) -> later)
                .or(() -> terminated.stream().findFirst())
                .map(line -> text.substring(line.end(), line.next()))
                .orElse("\n");
    }

    /** Puts a line at a place where a line begins or the text ends. A text that ended without a terminator goes on doing so. */
    static String insert(String text, int at, String line) {
        String terminator = terminator(text, at);
        boolean atEnd = at == text.length();
        boolean open = atEnd && at > KeyFormat.beginning(text) && !endsTerminated(text);
        if (open) {
            return text + terminator + line;
        }
        return text.substring(0, at) + line + terminator + text.substring(at);
    }

    private static boolean endsTerminated(String text) {
        return text.endsWith("\n") || text.endsWith("\r");
    }

    /** Takes whole lines out. A text that ended without a terminator goes on doing so. */
    static String cut(String text, int start, int behind) {
        // A cut behind this one may have taken its terminator.
        int next = Math.min(behind, text.length());
        String rest = text.substring(0, start) + text.substring(next);
        boolean endedOpen = next == text.length() && !endsTerminated(text);
        if (!endedOpen || rest.length() == KeyFormat.beginning(text)) {
            return rest;
        }
        if (rest.endsWith("\r\n")) {
            return rest.substring(0, rest.length() - 2);
        }
        return endsTerminated(rest) ? rest.substring(0, rest.length() - 1) : rest;
    }

    static boolean blank(char c) {
        return c == ' ' || c == '\t' || c == '\f';
    }
}
