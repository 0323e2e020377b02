package packhorse.peer.adapter.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * INI: lines {@code key = value} in sections {@code [name]}, comments that begin with {@code ;} or {@code #}. Without any section it is
 * the plain list of keys and values that most daemons read.
 *
 * <p>No standard says what INI is, so this takes what all its readers agree on and refuses the rest: a value that ends with a
 * backslash (systemd and git join the next line to it, others do not) is not written, and a key is not changed whose value goes on in
 * an indented line or behind such a backslash. Names are compared as they stand, upper and lower case differ. Of several lines with
 * one key, which readers choose between in three ways, one is left. O(n) for each key.
 *
 * @param quoted whether values stand in a shell's single quotes; keys are its variables then
 */
record IniFormat(boolean quoted) implements KeyFormat {
    /** Files with longer names are not meant for people. */
    private static final int NAME_MAX = 256;

    private static final Pattern SHELL_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private enum Kind {
        HEADER,
        KEY,
        /** An indented line behind a key, without a key of its own. */
        CONTINUATION,
        OTHER
    }

    /**
     * A line as it is understood.
     *
     * @param section whose line it is; a header's own
     * @param separator where {@code =} stands; {@link #end} where none does
     * @param several whether readers may take the following line as a part of its value
     */
    private record Entry(
            Kind kind, String section, String name, int start, int separator, int end, int next, boolean several) {
        Key key() {
            return new Key(section, name);
        }
    }

    @Override
    public void requireKey(Key key) {
        if (quoted) {
            if (!key.section().isEmpty() || !SHELL_NAME.matcher(key.name()).matches()) {
                throw new IllegalArgumentException(
                        "a shell's variable has no section and is called by letters, digits and '_'");
            }
            return;
        }
        requireName("a section", key.section(), "[]");
        requireName("a key", key.name(), "=");
        if (key.name().isEmpty() || "[;#".indexOf(key.name().charAt(0)) >= 0) {
            throw new IllegalArgumentException("a key does not begin with '[', ';' or '#', and is not empty");
        }
    }

    private static void requireName(String what, String name, String not) {
        boolean fine = name.length() <= NAME_MAX
                && name.equals(name.strip())
                && name.chars().allMatch(c -> c >= 0x20 && c < 0x7f && not.indexOf(c) < 0);
        if (!fine) {
            throw new IllegalArgumentException(what + " has at most " + NAME_MAX
                    + " ASCII characters, no white space around it and none of " + not);
        }
    }

    @Override
    public String raw(String value) {
        KeyFormat.requireOneLine(value);
        if (quoted) {
            return KeyFormat.utf8("'" + value.replace("'", "'\\''") + "'");
        }
        if (!value.equals(value.strip())) {
            throw new IllegalArgumentException(
                    "a value has white space at its beginning or end, which readers drop; quote it as its reader"
                            + " wants");
        }
        if (value.endsWith("\\")) {
            throw new IllegalArgumentException(
                    "a value ends with a backslash, by which some readers join the next line to it; quote it as its"
                            + " reader wants");
        }
        return KeyFormat.utf8(value);
    }

    @Override
    public Optional<String> find(String text, Key key) {
        return entries(text).stream()
                .filter(entry -> entry.kind() == Kind.KEY && entry.key().equals(key))
                .findFirst()
                .map(entry -> rawValue(text, entry));
    }

    private static String rawValue(String text, Entry entry) {
        return strip(text, Math.min(entry.separator() + 1, entry.end()), entry.end());
    }

    @Override
    public String set(String text, Key key, String raw) {
        List<Entry> own = own(text, key);
        if (own.isEmpty()) {
            return add(text, key, raw);
        }
        Entry kept = own.getFirst();
        String edited = text;
        for (Entry entry : own.subList(1, own.size()).reversed()) {
            edited = Lines.cut(edited, entry.start(), entry.next());
        }
        if (kept.separator() == kept.end()) {
            return edited.substring(0, kept.start()) + key.name() + "=" + raw + edited.substring(kept.end());
        }
        if (rawValue(text, kept).equals(raw)) {
            return edited;
        }
        int value = kept.separator() + 1;
        while (value < kept.end() && Lines.blank(text.charAt(value))) {
            value++;
        }
        return edited.substring(0, value) + raw + edited.substring(kept.end());
    }

    @Override
    public String remove(String text, Key key) {
        String edited = text;
        for (Entry entry : own(text, key).reversed()) {
            edited = Lines.cut(edited, entry.start(), entry.next());
        }
        return edited;
    }

    private static List<Entry> own(String text, Key key) {
        List<Entry> own = entries(text).stream()
                .filter(entry -> entry.kind() == Kind.KEY && entry.key().equals(key))
                .toList();
        if (own.stream().anyMatch(Entry::several)) {
            throw new IllegalArgumentException("the value of " + key
                    + " goes on in its next line, for some readers at least; put it on one line, or bring the"
                    + " whole file as a template");
        }
        return own;
    }

    /** Behind the section's last key, else behind its header; a section that is not there begins at the end. */
    private static String add(String text, Key key, String raw) {
        List<Entry> entries = entries(text);
        int at = key.section().isEmpty() ? globalPlace(text, entries) : -1;
        String separator = "=";
        for (Entry entry : entries) {
            boolean inside = entry.section().equals(key.section());
            if (inside && entry.kind() != Kind.OTHER) {
                at = entry.next();
            }
            if (entry.kind() == Kind.KEY && entry.separator() < entry.end() && separator.equals("=")) {
                separator = spaced(text, entry) ? " = " : "=";
            }
        }
        String line = key.name() + separator + raw;
        if (at >= 0) {
            return Lines.insert(text, at, line);
        }
        String begun = text;
        if (!Lines.of(text).isEmpty()) {
            begun = Lines.insert(begun, begun.length(), "");
            if (!begun.endsWith("\n") && !begun.endsWith("\r")) {
                begun = begun + Lines.terminator(text, text.length());
            }
        }
        begun = Lines.insert(begun, begun.length(), "[" + key.section() + "]");
        return Lines.insert(begun, begun.length(), line);
    }

    /** Behind the comments that a file begins with, before its first section. */
    private static int globalPlace(String text, List<Entry> entries) {
        int at = KeyFormat.beginning(text);
        for (Entry entry : entries) {
            if (entry.kind() == Kind.HEADER) {
                break;
            }
            if (!strip(text, entry.start(), entry.end()).isEmpty()) {
                at = entry.next();
            }
        }
        return at;
    }

    private static boolean spaced(String text, Entry entry) {
        int at = entry.separator();
        return at > entry.start() && text.charAt(at - 1) == ' ' && at + 1 < entry.end() && text.charAt(at + 1) == ' ';
    }

    private static String strip(String text, int from, int to) {
        int start = from;
        int end = to;
        while (start < end && Lines.blank(text.charAt(start))) {
            start++;
        }
        while (end > start && Lines.blank(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    // ---- reading ----

    private static List<Entry> entries(String text) {
        List<Entry> entries = new ArrayList<>();
        List<Lines.Line> lines = Lines.of(text);
        String section = "";
        for (int i = 0; i < lines.size(); i++) {
            Lines.Line line = lines.get(i);
            String content = strip(text, line.start(), line.end());
            int separator = text.indexOf('=', line.start());
            separator = separator < 0 || separator > line.end() ? line.end() : separator;
            String name = strip(text, line.start(), separator);
            Kind kind = kind(content, name, indented(text, line) && !entries.isEmpty() ? entries.getLast() : null);
            if (kind == Kind.HEADER) {
                section = content.substring(1, content.indexOf(']')).strip();
            }
            boolean several = content.endsWith("\\") && i + 1 < lines.size();
            if (kind == Kind.CONTINUATION) {
                markSeveral(entries);
            }
            entries.add(new Entry(kind, section, name, line.start(), separator, line.end(), line.next(), several));
        }
        return entries;
    }

    private static Kind kind(String content, String name, @org.jspecify.annotations.Nullable Entry indentedBehind) {
        if (content.isEmpty() || content.charAt(0) == ';' || content.charAt(0) == '#') {
            return Kind.OTHER;
        }
        if (content.charAt(0) == '[' && content.indexOf(']') > 0) {
            return Kind.HEADER;
        }
        boolean keyed = name.length() < content.length() && !name.isEmpty();
        boolean behindKey = indentedBehind != null
                && (indentedBehind.kind() == Kind.KEY || indentedBehind.kind() == Kind.CONTINUATION);
        if (!keyed && behindKey) {
            return Kind.CONTINUATION;
        }
        return name.isEmpty() ? Kind.OTHER : Kind.KEY;
    }

    private static boolean indented(String text, Lines.Line line) {
        return line.start() < line.end() && Lines.blank(text.charAt(line.start()));
    }

    /** Of the key that the lines at the end belong to. */
    private static void markSeveral(List<Entry> entries) {
        for (int i = entries.size() - 1; i >= 0; i--) {
            Entry entry = entries.get(i);
            if (entry.kind() == Kind.KEY) {
                entries.set(
                        i,
                        new Entry(
                                entry.kind(),
                                entry.section(),
                                entry.name(),
                                entry.start(),
                                entry.separator(),
                                entry.end(),
                                entry.next(),
                                true));
                return;
            }
        }
    }
}
