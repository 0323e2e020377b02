package packhorse.console.notice;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A subject and a text with placeholders, each a name in braces; two opening braces are one brace. What it may name is known when it is read, so it never fails
 * when it is filled. There is no logic in it on purpose: what is to be said differently is another kind of notice.
 */
public final class Template {
    /** Longer ones are no message. */
    static final int CHARS_MAX = 10_000;

    private static final Pattern MARK = Pattern.compile("\\{(\\{|([a-z][a-z-]{0,30})\\})?");

    /** A literal text, or the name of what stands here. */
    private record Part(String text, boolean name) {}

    private final List<Part> subject;
    private final List<Part> text;

    private Template(List<Part> subject, List<Part> text) {
        this.subject = List.copyOf(subject);
        this.text = List.copyOf(text);
    }

    /**
     * Reads a template.
     *
     * @throws IllegalArgumentException with one line for a name that the kind has not, or a brace that stands alone
     */
    public static Template parse(NoticeKind kind, String subject, String text) {
        if (subject.isBlank() || subject.lines().count() != 1) {
            throw new IllegalArgumentException("the subject of " + kind.word() + " is one line that says something");
        }
        return new Template(
                parts(kind, "the subject of " + kind.word(), subject), parts(kind, "the text of " + kind.word(), text));
    }

    private static List<Part> parts(NoticeKind kind, String where, String source) {
        if (source.length() > CHARS_MAX) {
            throw new IllegalArgumentException(
                    where + " has " + source.length() + " characters; at most " + CHARS_MAX + " are taken");
        }
        Set<String> known = kind.placeholders();
        List<Part> parts = new ArrayList<>();
        Matcher mark = MARK.matcher(source);
        int from = 0;
        while (mark.find()) {
            parts.add(new Part(source.substring(from, mark.start()), false));
            from = mark.end();
            if (mark.group(1) == null) {
                throw new IllegalArgumentException(where + " has a \"{\" that opens no placeholder, at character "
                        + (mark.start() + 1) + "; write {{ for a brace");
            }
            String name = mark.group(2);
            if (name == null) {
                parts.add(new Part("{", false));
            } else if (known.contains(name)) {
                parts.add(new Part(name, true));
            } else {
                throw new IllegalArgumentException(where + " names {" + name + "}, which such a notice has not; it has "
                        + String.join(", ", known));
            }
        }
        parts.add(new Part(source.substring(from), false));
        return parts;
    }

    /** Fills in what a notice says. */
    Message fill(Map<String, String> values) {
        return new Message(fill(subject, values), fill(text, values));
    }

    private static String fill(List<Part> parts, Map<String, String> values) {
        StringBuilder out = new StringBuilder();
        for (Part part : parts) {
            out.append(part.name() ? values.getOrDefault(part.text(), "") : part.text());
        }
        return out.toString();
    }
}
