package packhorse.peer.adapter.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Properties, as {@link java.util.Properties#load} reads them: comments begin with {@code #} or {@code !}, a backslash at a line's end
 * joins the next one to it, keys end at the first {@code =}, {@code :} or white space that has no backslash, and of two lines with one
 * key the later counts.
 *
 * <p>A text is read into its logical lines, each with the places of its parts, and only these places are rewritten: O(n) for each
 * key. What is written uses ASCII only (others as {@code \}{@code uXXXX}), so it says the same to readers of ISO 8859-1 and UTF-8.
 */
record PropertiesFormat() implements KeyFormat {
    /** Files with longer keys are not meant for people. */
    private static final int KEY_MAX = 256;

    /**
     * A logical line that has a key.
     *
     * @param keyEnd behind the key
     * @param separated whether {@code =} or {@code :} stands behind it
     * @param valueStart where its raw value begins
     * @param end behind its raw value
     * @param next where the following line begins
     */
    private record Entry(int start, String key, int keyEnd, boolean separated, int valueStart, int end, int next) {}

    @Override
    public void requireKey(Key key) {
        if (!key.section().isEmpty()) {
            throw new IllegalArgumentException("properties have no sections; take \"" + key.section() + "\" away");
        }
        String name = key.name();
        if (name.isEmpty() || name.length() > KEY_MAX || !name.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
            throw new IllegalArgumentException(
                    "a key of properties has 1 to " + KEY_MAX + " ASCII characters without control characters");
        }
    }

    @Override
    public String raw(String value) {
        KeyFormat.requireOneLine(value);
        StringBuilder raw = new StringBuilder();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\t') {
                raw.append("\\t");
            } else if (c == '\\' || (i == 0 && (c == ' ' || c == '=' || c == ':'))) {
                raw.append('\\').append(c);
            } else if (c < 0x7f) {
                raw.append(c);
            } else {
                raw.append(String.format("\\u%04x", (int) c));
            }
        }
        return raw.toString();
    }

    private static String rawKey(String key) {
        StringBuilder raw = new StringBuilder();
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            if (" \t\f=:#!\\".indexOf(c) >= 0) {
                raw.append('\\');
            }
            raw.append(c);
        }
        return raw.toString();
    }

    @Override
    public Optional<String> find(String text, Key key) {
        return entries(text).stream()
                .filter(entry -> entry.key().equals(key.name()))
                .reduce((earlier, later) -> later)
                .map(entry -> closed(text.substring(entry.valueStart(), entry.end())));
    }

    /** Without the backslash that a text ends with: elsewhere it would join the next line. */
    private static String closed(String raw) {
        List<Lines.Line> lines = Lines.of(raw, 0);
        return !lines.isEmpty() && continued(raw, lines.getLast())
                ? raw.substring(0, lines.getLast().end() - 1)
                : raw;
    }

    @Override
    public String set(String text, Key key, String raw) {
        List<Entry> all = entries(text);
        List<Entry> own =
                all.stream().filter(entry -> entry.key().equals(key.name())).toList();
        if (own.isEmpty()) {
            return append(text, rawKey(key.name()) + "=" + raw);
        }
        Entry kept = own.getFirst();
        String edited = text;
        for (Entry entry : own.subList(1, own.size()).reversed()) {
            edited = Lines.cut(edited, entry.start(), entry.next());
        }
        String present = text.substring(kept.valueStart(), kept.end());
        if (value(present).equals(value(raw))) {
            return edited;
        }
        return kept.separated()
                ? edited.substring(0, kept.valueStart()) + raw + edited.substring(kept.end())
                : edited.substring(0, kept.keyEnd()) + "=" + raw + edited.substring(kept.end());
    }

    /** A backslash that ends the last line would join the new line to it; an empty line between says that it does not. */
    private static String append(String text, String line) {
        List<Lines.Line> lines = Lines.of(text);
        if (lines.isEmpty() || !continued(text, lines.getLast())) {
            return Lines.insert(text, text.length(), line);
        }
        String terminator = Lines.terminator(text, text.length());
        return lines.getLast().terminated()
                ? text + terminator + line + terminator
                : text + terminator + terminator + line;
    }

    @Override
    public String remove(String text, Key key) {
        String edited = text;
        for (Entry entry : entries(text).reversed()) {
            if (entry.key().equals(key.name())) {
                edited = Lines.cut(edited, entry.start(), entry.next());
            }
        }
        return edited;
    }

    // ---- reading ----

    /** Whether an odd number of backslashes ends it. */
    private static boolean continued(String text, Lines.Line line) {
        int backslashes = 0;
        while (line.end() - backslashes > line.start() && text.charAt(line.end() - backslashes - 1) == '\\') {
            backslashes++;
        }
        return backslashes % 2 == 1;
    }

    private static int skipBlanks(String text, int from, int end) {
        int at = from;
        while (at < end && Lines.blank(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static List<Entry> entries(String text) {
        List<Lines.Line> lines = Lines.of(text);
        List<Entry> entries = new ArrayList<>();
        int at = 0;
        while (at < lines.size()) {
            int first = at;
            Logical logical = new Logical(text);
            boolean more = true;
            boolean comment = false;
            while (more && at < lines.size()) {
                Lines.Line line = lines.get(at++);
                int begin = skipBlanks(text, line.start(), line.end());
                if (logical.length() == 0 && begin < line.end() && "#!".indexOf(text.charAt(begin)) >= 0) {
                    // A comment; also behind nothing but a backslash, as the reader has it.
                    comment = true;
                    break;
                }
                more = continued(text, line);
                logical.add(begin, more ? line.end() - 1 : line.end());
            }
            if (!comment && logical.length() > 0) {
                entries.add(logical.entry(lines.get(first).start(), lines.get(at - 1)));
            }
        }
        return entries;
    }

    /** A line with those joined to it: its characters and where each stands. */
    private static final class Logical {
        private final String text;
        private final List<Integer> places = new ArrayList<>();

        Logical(String text) {
            this.text = text;
        }

        int length() {
            return places.size();
        }

        void add(int from, int to) {
            for (int i = from; i < to; i++) {
                places.add(i);
            }
        }

        private char at(int index) {
            return text.charAt(places.get(index));
        }

        Entry entry(int start, Lines.Line last) {
            int keyEnd = 0;
            while (keyEnd < length() && !Lines.blank(at(keyEnd)) && at(keyEnd) != '=' && at(keyEnd) != ':') {
                keyEnd += at(keyEnd) == '\\' ? 2 : 1;
            }
            keyEnd = Math.min(keyEnd, length());
            StringBuilder key = new StringBuilder();
            for (int i = 0; i < keyEnd; i++) {
                key.append(at(i));
            }
            int value = keyEnd;
            boolean separated = false;
            while (value < length() && (Lines.blank(at(value)) || (!separated && "=:".indexOf(at(value)) >= 0))) {
                separated |= "=:".indexOf(at(value)) >= 0;
                value++;
            }
            int behindKey = keyEnd == 0 ? places.getFirst() : places.get(keyEnd - 1) + 1;
            int valueStart = value < length() ? places.get(value) : last.end();
            return new Entry(start, value(key.toString()), behindKey, separated, valueStart, last.end(), last.next());
        }
    }

    /** What a reader makes of it, as characters of bytes; a malformed escape stays as it is. */
    static String value(String raw) {
        StringBuilder joined = new StringBuilder();
        List<Lines.Line> lines = Lines.of(raw, 0);
        for (int i = 0; i < lines.size(); i++) {
            Lines.Line line = lines.get(i);
            int begin = i == 0 ? line.start() : skipBlanks(raw, line.start(), line.end());
            joined.append(raw, begin, continued(raw, line) ? line.end() - 1 : line.end());
        }
        StringBuilder value = new StringBuilder();
        for (int i = 0; i < joined.length(); i++) {
            char c = joined.charAt(i);
            if (c != '\\' || i + 1 == joined.length()) {
                value.append(c);
                continue;
            }
            char escaped = joined.charAt(++i);
            int code = escaped == 'u' ? hex(joined, i + 1) : -1;
            if (code >= 0) {
                value.append((char) code);
                i += 4;
            } else {
                value.append(
                        switch (escaped) {
                            case 't' -> '\t';
                            case 'n' -> '\n';
                            case 'r' -> '\r';
                            case 'f' -> '\f';
                            default -> escaped;
                        });
            }
        }
        return value.toString();
    }

    private static int hex(CharSequence text, int from) {
        if (from + 4 > text.length()) {
            return -1;
        }
        int code = 0;
        for (int i = from; i < from + 4; i++) {
            int digit = Character.digit(text.charAt(i), 16);
            if (digit < 0) {
                return -1;
            }
            code = code * 16 + digit;
        }
        return code;
    }
}
