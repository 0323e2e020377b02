package packhorse.console.rest;

import io.javalin.http.Context;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import packhorse.console.change.Actor;
import packhorse.console.fleet.QueryReader;
import packhorse.console.office.Narrowing;
import packhorse.core.UsageException;

/** A request that was let in: who asks, and what for, read and bounded. */
final class Call {
    /** A page of the largest records stays below some megabytes. */
    static final int LIMIT_MAX = 500;
    /** What fits on a few screens. */
    static final int LIMIT_DEFAULT = 100;

    private static final int DIGITS_MAX = 18;

    private final Actor.@Nullable Person who;
    private final Context context;
    private final Map<String, String> path;
    private final Map<String, String> query;
    private final OptionalLong seen;
    private final byte[] bytes;
    private final @Nullable Object body;
    private final QueryReader queries;

    /**
     * @param who signed in; null where nobody has to
     * @param context the request itself, for what few routes ask of it
     * @param seen the version of {@code If-Match}
     * @param bytes of the body as it came
     * @param body the record that was read of them
     * @param queries reads filters
     */
    Call(
            Actor.@Nullable Person who,
            Context context,
            Map<String, String> path,
            Map<String, String> query,
            OptionalLong seen,
            byte[] bytes,
            @Nullable Object body,
            QueryReader queries) {
        this.who = who;
        this.context = context;
        this.path = path;
        this.query = query;
        this.seen = seen;
        this.bytes = bytes;
        this.body = body;
        this.queries = queries;
    }

    /** Who asks. */
    Actor.Person who() {
        if (who == null) {
            throw new IllegalStateException("this route is open to anybody");
        }
        return who;
    }

    /** The address that asks. */
    InetAddress from() {
        return RestDoor.callerOf(context);
    }

    /** What was shown of who asks. */
    Credentials credentials() {
        return Credentials.read(header("Authorization").orElse(null));
    }

    /** A header that only this route looks at. */
    Optional<String> header(String name) {
        return Optional.ofNullable(context.header(name));
    }

    /** The version that the caller saw; always there where the route says so. */
    OptionalLong seen() {
        return seen;
    }

    /** A parameter of the path. */
    String path(String name) {
        String value = path.get(name);
        if (value == null) {
            throw new IllegalStateException("the route has no parameter " + name);
        }
        return value;
    }

    /** A parameter of the path, read as what it names. */
    <T> T path(String name, Function<String, T> reader) {
        return reader.apply(path(name));
    }

    /** A parameter of the query. */
    Optional<String> query(String name) {
        return Optional.ofNullable(query.get(name));
    }

    /** A parameter of the query, read as what it says. */
    <T> Optional<T> query(String name, Function<String, T> reader) {
        return query(name).map(text -> {
            try {
                return reader.apply(text);
            } catch (IllegalArgumentException e) {
                throw new UsageException(name + "=" + text + ": " + e.getMessage(), e);
            }
        });
    }

    /** A whole number of the query. */
    OptionalLong count(String name) {
        Optional<String> text = query(name);
        if (text.isEmpty()) {
            return OptionalLong.empty();
        }
        if (!text.get().matches("[0-9]{1," + DIGITS_MAX + "}")) {
            throw new UsageException(name + "=" + text.get() + " is no whole number from 0");
        }
        return OptionalLong.of(Long.parseLong(text.get()));
    }

    /** True or false of the query, false where it is left out. */
    boolean flag(String name) {
        return query(name)
                .map(text -> switch (text) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> throw new UsageException(name + "=" + text + " is not true or false");
                })
                .orElse(false);
    }

    /** A moment of the query. */
    Optional<Instant> time(String name) {
        return query(name).map(text -> {
            try {
                return Instant.parse(text);
            } catch (DateTimeParseException e) {
                throw new UsageException(name + "=" + text + " is no moment; write 2026-11-22T08:00:00Z", e);
            }
        });
    }

    /** How many items a page has at most. */
    int limit() {
        OptionalInt asked = count("limit").stream()
                .mapToInt(count -> (int) Math.min(count, Integer.MAX_VALUE))
                .findFirst();
        if (asked.isPresent() && (asked.getAsInt() < 1 || asked.getAsInt() > LIMIT_MAX)) {
            throw new UsageException("limit=" + asked.getAsInt() + " is not 1 to " + LIMIT_MAX);
        }
        return asked.orElse(LIMIT_DEFAULT);
    }

    /** Which of a list's records are wanted. */
    Narrowing narrowing() {
        return new Narrowing(query("filter"), queries);
    }

    /** Where the page before ended. */
    String after() {
        return query("after").orElse("");
    }

    /** The record that came along. */
    <T> T body(Class<T> type) {
        if (body == null) {
            throw new IllegalStateException("this route takes no record");
        }
        return type.cast(body);
    }

    /** What the caller says to it. */
    String said() {
        return body(Said.class).text();
    }

    /** The file that came along, as text. */
    String text() {
        return text(bytes);
    }

    static String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new UsageException("the body is not UTF-8 text", e);
        }
    }

    /** The body as it came. It may be long, so it is no copy: nobody changes it. */
    byte[] bytes() {
        return bytes;
    }
}
