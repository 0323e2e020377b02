package packhorse.console.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A pattern with {@code *} for any characters, in lower case. It is a list of pieces of plain text with anything between them: the first is at
 * the value's beginning, the last at its end, the others where they are found first, which never takes a place away from a later one.
 *
 * @param pieces at least one; one alone is the whole value
 */
public record Glob(List<String> pieces) {
    public Glob {
        pieces = List.copyOf(pieces);
    }

    static Glob of(String text) {
        List<String> pieces = new ArrayList<>();
        StringBuilder piece = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 1 < text.length() && (text.charAt(i + 1) == '*' || text.charAt(i + 1) == '\\')) {
                piece.append(text.charAt(++i));
            } else if (c == '*') {
                pieces.add(lower(piece.toString()));
                piece.setLength(0);
            } else {
                piece.append(c);
            }
        }
        pieces.add(lower(piece.toString()));
        return new Glob(pieces);
    }

    /** As patterns compare: without regard to case. */
    public static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    /** The one text that fits, in lower case; empty where several do. */
    public Optional<String> literal() {
        return pieces.size() == 1 ? Optional.of(pieces.getFirst()) : Optional.empty();
    }

    /** Whether the whole of {@code value} fits. */
    public boolean matches(String value) {
        String text = lower(value);
        if (pieces.size() == 1) {
            return text.equals(pieces.getFirst());
        }
        String last = pieces.getLast();
        int at = pieces.getFirst().length();
        int end = text.length() - last.length();
        if (at > end || !text.startsWith(pieces.getFirst()) || !text.endsWith(last)) {
            return false;
        }
        for (String piece : pieces.subList(1, pieces.size() - 1)) {
            int found = text.indexOf(piece, at);
            if (found < 0 || found + piece.length() > end) {
                return false;
            }
            at = found + piece.length();
        }
        return true;
    }
}
