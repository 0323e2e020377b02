package packhorse.console.rest;

import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.console.change.Actor;
import packhorse.console.change.Role;
import packhorse.console.fleet.QueryReader;
import packhorse.console.json.Records;
import packhorse.console.ledger.Refusal;
import packhorse.core.OperationException;
import packhorse.core.UsageException;

/**
 * Lets a request in, in this order: whether another site's page asks; whether the query is one; who asks, and whether his roles may; which
 * version he saw; whether there is room for a long body; the body, bounded and read; whether it was done before. Then the route's act, then
 * its answer. Whatever says no says it as a {@link Problem}.
 */
final class Porter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Porter.class);

    private static final String FILE_NAME = "Content-Disposition";
    private static final String JSON = "application/json";

    /** Whatever is away now may be back soon. */
    private static final Duration AWAY_WAIT = Duration.ofSeconds(1);

    /** A file somebody took for another; whoever sends more is cut off. */
    private static final int DRAINED_MAX = 8 << 20;

    private static final int DRAINED_AT_ONCE = 16 << 10;

    /** Each of these is in memory several times while it is read and kept. */
    static final int LONG_BODIES_AT_ONCE = 4;

    /** What is shorter never waits. */
    private static final int LONG_BODY_BYTES = Body.JSON_BYTES_MAX;

    private static final Duration LONG_BODY_WAIT = Duration.ofSeconds(10);

    private final Semaphore longBodies = new Semaphore(LONG_BODIES_AT_ONCE);

    private final List<Route> routes;
    private final Gate gate;
    private final Replays replays;
    private final RestMeters meters;
    private final EventFeed events;
    private final QueryReader queries;

    Porter(RestParts parts) {
        this.gate = new Gate(parts.doorkeeper(), parts.clock());
        this.replays = parts.replays();
        this.meters = new RestMeters();
        parts.metrics().forEach(meters::show);
        this.queries = parts.queries();
        this.events = new EventFeed(parts.audit());
        this.routes = RoutingTable.of(parts, gate, meters, events);
    }

    List<Route> routes() {
        return routes;
    }

    void handle(Route route, Context context) throws IOException {
        long start = System.nanoTime();
        try {
            let(route, context);
        } catch (RuntimeException e) {
            failed(e, context);
        } finally {
            meters.answered(route, context.statusCode(), System.nanoTime() - start);
        }
    }

    private void let(Route route, Context context) throws IOException {
        if (Headers.isForeign(context)) {
            throw new Turned(
                    Problem.Kind.FOREIGN, "a page of another site asks; the console answers its own and programs");
        }
        Map<String, String> query = QueryString.read(
                context.queryString() == null ? "" : String.valueOf(context.queryString()), route.query());
        Optional<Actor.Person> who = who(route, context);
        OptionalLong seen = seen(route, context);
        if (!mayBeLong(route, context)) {
            act(route, context, query, who, seen);
        } else if (longBodies.tryAcquire()) {
            try {
                act(route, context, query, who, seen);
            } finally {
                longBodies.release();
            }
        } else {
            cutOff(context, context.req().getInputStream());
            throw new Turned(
                    Problem.Kind.AWAY,
                    LONG_BODIES_AT_ONCE + " long bodies are taken in; come back when one of them is done",
                    Optional.of(LONG_BODY_WAIT));
        }
    }

    /** Whoever says that it is short is held to that by the server. */
    private static boolean mayBeLong(Route route, Context context) {
        long said = context.req().getContentLengthLong();
        return route.body().bytesMax() > LONG_BODY_BYTES && (said < 0 || said > LONG_BODY_BYTES);
    }

    private void act(
            Route route, Context context, Map<String, String> query, Optional<Actor.Person> who, OptionalLong seen)
            throws IOException {
        byte[] bytes = body(route, context);
        Object body = route.body() instanceof Body.Json json ? record(json, bytes) : null;
        Call call = new Call(who.orElse(null), context, path(route, context), query, seen, bytes, body, queries);
        Optional<String> key = Headers.replayKey(context);
        if (key.isEmpty()) {
            answer(route, context, route.act().on(call));
        } else if (route.verb() != Verb.POST || who.isEmpty()) {
            throw new UsageException("Idempotency-Key is for POST by somebody who signed in; leave it out here");
        } else {
            answer(
                    route,
                    context,
                    replays.once(
                            who.get(),
                            key.get(),
                            route,
                            context.queryString() == null
                                    ? context.path()
                                    : context.path() + "?" + context.queryString(),
                            bytes,
                            () -> route.act().on(call)));
        }
    }

    private Optional<Actor.Person> who(Route route, Context context) {
        return switch (route.access()) {
            case Access.Anybody anybody -> Optional.empty();
            case Access.Holders(var roles) -> {
                Actor.Person person =
                        gate.who(Credentials.read(context.header("Authorization")), RestDoor.callerOf(context));
                if (!person.isOneOf(roles)) {
                    throw new Turned(
                            Problem.Kind.FORBIDDEN,
                            route.name() + " is for "
                                    + roles.stream().map(Role::name).collect(Collectors.joining(", ")) + "; "
                                    + person.name() + " is none");
                }
                yield Optional.of(person);
            }
        };
    }

    private static OptionalLong seen(Route route, Context context) {
        OptionalLong seen = Headers.seen(context);
        if (route.versioned() && seen.isEmpty()) {
            throw new Turned(
                    Problem.Kind.VERSION_MISSING,
                    "say with If-Match which version you saw: its ETag, so that nothing of others is overwritten"
                            + " unseen");
        }
        return seen;
    }

    private static byte[] body(Route route, Context context) throws IOException {
        int max = route.body().bytesMax();
        byte[] bytes;
        try (InputStream in = context.req().getInputStream()) {
            bytes = in.readNBytes(max + 1);
            if (bytes.length > max) {
                cutOff(context, in);
                throw new Turned(
                        Problem.Kind.TOO_LONG,
                        max == 0
                                ? "nothing is taken here in a body; leave it out"
                                : "at most " + max + " bytes are taken here");
            }
        }
        switch (route.body()) {
            case Body.None none -> {}
            case Body.Json json -> Headers.requireMediaType(context, JSON);
            case Body.File file -> Headers.requireMediaType(context, file.mediaType());
        }
        if (bytes.length == 0 && max > 0) {
            throw new UsageException("the body is missing");
        }
        return bytes;
    }

    /** Somebody who is still sending hears no answer before his end of the connection is shut. */
    private static void cutOff(Context context, InputStream in) throws IOException {
        byte[] rest = new byte[DRAINED_AT_ONCE];
        int drained = 0;
        int read = in.read(rest);
        while (read >= 0 && drained < DRAINED_MAX) {
            drained += read;
            read = in.read(rest);
        }
        // What was not read would stand before the next request, so the connection ends.
        context.header("Connection", "close");
    }

    private static Object record(Body.Json json, byte[] bytes) {
        return Records.read(json.type(), Call.text(bytes), "the body");
    }

    private static Map<String, String> path(Route route, Context context) {
        Map<String, String> path = new LinkedHashMap<>();
        for (Parameter parameter : route.parameters()) {
            if (parameter.place() == Parameter.Place.PATH) {
                path.put(parameter.name(), context.pathParam(parameter.name()));
            }
        }
        return path;
    }

    private void answer(Route route, Context context, Answer answer) throws IOException {
        switch (answer) {
            case Answer.Done done -> context.status(204);
            case Answer.Value value -> {
                if (value.version().isPresent()) {
                    context.header("ETag", Headers.tag(value.version().getAsLong()));
                }
                value.id().flatMap(route::placeOf).ifPresent(place -> context.header("Location", place));
                if (route.verb() == Verb.GET
                        && value.version().isPresent()
                        && Headers.isKnown(context, value.version().getAsLong())) {
                    context.status(304);
                } else {
                    context.status(route.result().status())
                            .contentType(JSON)
                            .result(Records.write(value.body()).getBytes(StandardCharsets.UTF_8));
                }
            }
            case Answer.Kept kept -> {
                kept.version().ifPresent(version -> context.header("ETag", Headers.tag(version)));
                kept.place().ifPresent(place -> context.header("Location", place));
                context.header("Idempotency-Replayed", "true").status(kept.status());
                kept.json().ifPresent(json -> context.contentType(JSON).result(json.getBytes(StandardCharsets.UTF_8)));
            }
            case Answer.File file
            when file.tag().filter(tag -> Headers.isKnown(context, tag)).isPresent() ->
                context.status(304).header("ETag", file.tag().get());
            case Answer.File file -> {
                file.tag().ifPresent(tag -> context.header("ETag", tag));
                context.status(200).contentType(file.mediaType());
                if (file.mediaType().startsWith("text/html")) {
                    Headers.page(context);
                }
                file.name()
                        .ifPresent(name -> context.header(
                                FILE_NAME, "attachment; filename=\"" + name.replaceAll("[^a-zA-Z0-9._-]", "_") + "\""));
                file.writing().to(context.res().getOutputStream());
            }
            case Answer.Events(EventFeed.Listener listener) -> {
                context.status(200).contentType("text/event-stream; charset=utf-8");
                listener.follow(context.res().getOutputStream());
            }
        }
    }

    /** Says why not. */
    void failed(Exception failure, Context context) {
        if (context.res().isCommitted()) {
            LOG.info("{} {} ended early: {}", context.method(), context.path(), failure.toString());
            return;
        }
        Problem problem = problem(failure, context);
        // The answer that was begun was to be a file; this one is none.
        context.res().setHeader(FILE_NAME, null);
        context.res().setHeader("ETag", null);
        boolean away = problem.status() == Problem.Kind.AWAY.status();
        Optional<Duration> wait = failure instanceof Turned turned
                ? turned.waiting()
                : Optional.of(AWAY_WAIT).filter(unused -> away);
        wait.ifPresent(before -> context.header("Retry-After", String.valueOf(before.toSeconds() + 1)));
        if (problem.status() == Problem.Kind.NOT_SIGNED_IN.status()) {
            context.header("WWW-Authenticate", "Bearer realm=\"packhorse\"");
        }
        context.status(problem.status())
                .contentType(Problem.MEDIA_TYPE)
                .result(Records.write(problem).getBytes(StandardCharsets.UTF_8));
    }

    private static Problem problem(Exception failure, Context context) {
        String path = context.path();
        return switch (failure) {
            case Turned turned -> turned.kind().of(String.valueOf(turned.getMessage()), path);
            case Refusal refusal -> kind(refusal.why()).of(String.valueOf(refusal.getMessage()), path);
            case UsageException bad -> Problem.Kind.INVALID.of(String.valueOf(bad.getMessage()), path);
            case IllegalArgumentException bad -> Problem.Kind.INVALID.of(String.valueOf(bad.getMessage()), path);
            case OperationException away -> {
                LOG.warn("{} {}: {}", context.method(), path, away.getMessage());
                yield Problem.Kind.AWAY.of(String.valueOf(away.getMessage()), path);
            }
            case HttpResponseException http
            when http.getStatus() == 404 ->
                Problem.Kind.NOT_THERE.of(
                        "there is nothing at " + path + "; " + Route.BASE + "/openapi.json says what" + " there is",
                        path);
            case HttpResponseException http
            when http.getStatus() == 405 ->
                Problem.Kind.WRONG_VERB.of(
                        context.method() + " is not done at " + path + "; " + Route.BASE + "/openapi.json says what is",
                        path);
            case HttpResponseException http
            when http.getStatus() < 500 -> Problem.Kind.INVALID.of(String.valueOf(http.getMessage()), path);
            default -> {
                LOG.error("{} {} failed", context.method(), path, failure);
                yield Problem.Kind.FAILED.of("the console failed to answer; its log says why", path);
            }
        };
    }

    private static Problem.Kind kind(Refusal.Why why) {
        return switch (why) {
            case NOT_THERE -> Problem.Kind.NOT_THERE;
            case EXISTS -> Problem.Kind.EXISTS;
            case STALE -> Problem.Kind.STALE;
            case FENCED -> Problem.Kind.FENCED;
            case REFUSED -> Problem.Kind.REFUSED;
            case FORBIDDEN -> Problem.Kind.FORBIDDEN;
            case INVALID -> Problem.Kind.INVALID;
        };
    }

    @Override
    public void close() {
        events.close();
    }
}
