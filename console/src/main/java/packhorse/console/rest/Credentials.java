package packhorse.console.rest;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a request shows of who sent it: its {@code Authorization} (RFC 9110 §11, RFC 6750, RFC 7617). */
sealed interface Credentials {
    /** Nothing. */
    record None() implements Credentials {}

    /** A token. */
    record Bearer(String token) implements Credentials {}

    /** A name and a password. */
    record Basic(String name, String password) implements Credentials {}

    /** Neither a token nor a password is longer. */
    int LENGTH_MAX = 1_024;

    /** @throws Turned when it is neither */
    static Credentials read(@Nullable String header) {
        if (header == null) {
            return new None();
        }
        int space = header.indexOf(' ');
        if (space < 0 || header.length() > LENGTH_MAX) {
            throw unreadable();
        }
        String value = header.substring(space + 1).strip();
        return switch (header.substring(0, space).toLowerCase(Locale.ROOT)) {
            case "bearer" -> new Bearer(value);
            case "basic" -> basic(value);
            default -> throw unreadable();
        };
    }

    private static Basic basic(String value) {
        try {
            String both = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Base64.getDecoder().decode(value)))
                    .toString();
            int colon = both.indexOf(':');
            if (colon > 0) {
                return new Basic(both.substring(0, colon), both.substring(colon + 1));
            }
        } catch (IllegalArgumentException | CharacterCodingException e) {
            throw unreadable();
        }
        throw unreadable();
    }

    private static Turned unreadable() {
        return new Turned(
                Problem.Kind.NOT_SIGNED_IN, "the Authorization header is not \"Bearer TOKEN\"; sign in for a token");
    }
}
