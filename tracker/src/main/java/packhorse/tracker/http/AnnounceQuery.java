package packhorse.tracker.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An announce's query string. Its values are bytes, not text: an info-hash is 20 of them percent-encoded, whatever they mean
 * in any character set, so no web framework's own parser will do.
 */
final class AnnounceQuery {
    /** Pairs that are looked at; an announce has about twelve, a scrape one per info-hash. */
    private static final int PAIRS_MAX = 100;

    private final Map<String, List<byte[]>> values = new HashMap<>();

    private AnnounceQuery() {}

    /** @throws IllegalArgumentException when it is malformed */
    static AnnounceQuery parse(String query) {
        AnnounceQuery parsed = new AnnounceQuery();
        String[] pairs = query.split("&", PAIRS_MAX + 1);
        if (pairs.length > PAIRS_MAX) {
            throw new IllegalArgumentException("the query has more than " + PAIRS_MAX + " parameters");
        }
        for (String pair : pairs) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                parsed.values
                        .computeIfAbsent(pair.substring(0, equals), key -> new ArrayList<>())
                        .add(decode(pair.substring(equals + 1)));
            }
        }
        return parsed;
    }

    private static byte[] decode(String value) {
        byte[] out = new byte[value.length()];
        int length = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '%') {
                boolean whole = i + 2 < value.length();
                int high = whole ? Character.digit(value.charAt(i + 1), 16) : -1;
                int low = whole ? Character.digit(value.charAt(i + 2), 16) : -1;
                if (high < 0 || low < 0) {
                    throw new IllegalArgumentException("the query has a % without two hexadecimal digits after it");
                }
                out[length++] = (byte) (high << 4 | low);
                i += 2;
            } else if (c > 0xff) {
                throw new IllegalArgumentException("the query has a character that must be percent-encoded");
            } else {
                out[length++] = (byte) c;
            }
        }
        return Arrays.copyOf(out, length);
    }

    /** All values of a key. */
    List<byte[]> all(String key) {
        return values.getOrDefault(key, List.of());
    }

    /** A key's only value. */
    Optional<byte[]> bytes(String key) {
        List<byte[]> found = all(key);
        if (found.size() > 1) {
            throw new IllegalArgumentException(key + " stands " + found.size() + " times");
        }
        return found.stream().findFirst();
    }

    Optional<String> text(String key) {
        return bytes(key).map(value -> new String(value, java.nio.charset.StandardCharsets.ISO_8859_1));
    }

    /** A whole number within bounds, {@code fallback} where the key is missing. */
    long number(String key, long min, long max, long fallback) {
        Optional<String> value = text(key);
        if (value.isEmpty()) {
            return fallback;
        }
        try {
            long number = Long.parseLong(value.get());
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(key + " is not a whole number", e);
        }
        throw new IllegalArgumentException(key + " is not between " + min + " and " + max);
    }
}
