package packhorse.peer.gateway;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What part of some content a request asks for (RFC 9110 §14). */
sealed interface ByteRange {
    /** All of it; also the answer to several ranges at once and to units we do not know, as the standard allows. */
    record All() implements ByteRange {}

    /** From {@code first} to {@code last}, inclusive. */
    record Part(long first, long last) implements ByteRange {}

    /** Nothing that there is. */
    record Beyond() implements ByteRange {}

    /**
     * Reads a {@code Range} header.
     *
     * @param header its value, where the request has one
     * @param length of the content, at least 1
     */
    static ByteRange of(Optional<String> header, long length) {
        Matcher range = Form.SINGLE.matcher(header.orElse(""));
        if (!range.matches()) {
            return new All();
        }
        String first = range.group(1);
        String last = range.group(2);
        if (first.isEmpty() && last.isEmpty()) {
            return new All();
        }
        if (first.isEmpty()) {
            long suffix = number(last);
            return suffix == 0 ? new Beyond() : new Part(Math.max(0, length - suffix), length - 1);
        }
        long from = number(first);
        long to = last.isEmpty() ? length - 1 : Math.min(number(last), length - 1);
        if (!last.isEmpty() && number(last) < from) {
            return new All();
        }
        return from >= length ? new Beyond() : new Part(from, to);
    }

    /** Numbers that no length reaches are all the same. */
    private static long number(String digits) {
        return digits.length() > 18 ? Long.MAX_VALUE : Long.parseLong(digits);
    }

    /** The one form of header that we read. */
    final class Form {
        private static final Pattern SINGLE = Pattern.compile("bytes=\\s*([0-9]*)-([0-9]*)\\s*");

        private Form() {}
    }
}
