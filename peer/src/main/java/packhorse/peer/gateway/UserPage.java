package packhorse.peer.gateway;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonBoolean;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;
import packhorse.core.message.v1.AgentStatus;
import packhorse.core.message.v1.Defer;
import packhorse.core.message.v1.Install;
import packhorse.core.message.v1.LocalReply;
import packhorse.core.message.v1.LocalRequest;
import packhorse.core.message.v1.Offered;
import packhorse.core.message.v1.Rollback;
import packhorse.core.message.v1.Status;
import packhorse.peer.words.InstallJson;

/**
 * The page for the person at this machine: what is in place, what will happen and when, what may be installed, and buttons for it.
 *
 * <pre>
 * GET  /                 the page; it loads /page/page.css and /page/page.js and nothing else
 * GET  /page/state       lines, actions, troubles, and the token for what follows
 * GET  /page/offers      what may be installed
 * POST /page/install     {"name", "version", "platform"}
 * POST /page/rollback    {"name", "platform"}
 * POST /page/defer       {"action", "millis"}
 * </pre>
 *
 * <p><b>Who may.</b> Whoever can use a browser on this machine: that is what it is for. What he may install is asked of the trackers, what he
 * may put off stands in the order, and what others ordered is not his to take back. Nobody else: a caller from another machine is
 * refused whatever the gateway listens on, and so is a service's ({@link LocalUsers}).
 *
 * <p><b>What another page in the same browser may.</b> Nothing. It cannot read: answers carry no leave for other origins, and a name of
 * its own that it points at this machine (DNS rebinding) is refused, because {@code Host} has to be a loopback's name or address. It
 * cannot act: a change needs a token that only reading gives, JSON as its type, which browsers ask leave for, and where the browser says
 * where a request came from ({@code Origin}, {@code Sec-Fetch-Site}) that has to be this page. It cannot frame it, and the page runs no
 * script but its own file.
 */
public final class UserPage {
    /** The agent's own door, from inside the process. */
    public interface Asking {
        void ask(LocalRequest request, Consumer<LocalReply> replies, BooleanSupplier gone);
    }

    /** A page asks one thing at a time; so many pages, or one that is not ours, may be open. */
    private static final int ASKING_MAX = 8;
    /** A catalogue that is refreshed over a slow line takes a while; a browser waits longer. */
    private static final Duration ANSWER_MAX = Duration.ofSeconds(30);
    /** A name, a version and a platform. */
    private static final int BODY_BYTES_MAX = 4096;
    /** Nobody guesses 16 bytes. */
    private static final int TOKEN_BYTES = 16;
    /** What the agent calls the platform of a bundle. */
    private static final String BUNDLE = "bundle";
    /** No order lets a user put something off for longer. */
    private static final long DEFER_MILLIS_MAX = Duration.ofDays(366).toMillis();

    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
            + " img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final Asking agent;
    private final String token;
    private final LocalUsers users = LocalUsers.ofMachine();
    private final Semaphore asking = new Semaphore(ASKING_MAX);

    /** @param random of which nobody can guess the next */
    UserPage(Asking agent, RandomGenerator random) {
        this.agent = agent;
        byte[] secret = new byte[TOKEN_BYTES];
        random.nextBytes(secret);
        this.token = HexFormat.of().formatHex(secret);
    }

    void addTo(JavalinConfig config) {
        add(config, HandlerType.GET, "/", file("page.html", "text/html; charset=utf-8"));
        add(config, HandlerType.GET, "/page/page.css", file("page.css", "text/css; charset=utf-8"));
        add(config, HandlerType.GET, "/page/page.js", file("page.js", "text/javascript; charset=utf-8"));
        add(config, HandlerType.GET, "/page/state", this::state);
        add(config, HandlerType.GET, "/page/offers", this::offers);
        add(config, HandlerType.POST, "/page/install", changing(UserPage::install));
        add(config, HandlerType.POST, "/page/rollback", changing(UserPage::rollback));
        add(config, HandlerType.POST, "/page/defer", changing(UserPage::defer));
    }

    private void add(JavalinConfig config, HandlerType method, String path, Handler handler) {
        config.routes.addHttpHandler(method, path, context -> {
            head(context);
            Optional<String> objection = objection(context);
            if (objection.isPresent()) {
                refuse(context, 403, objection.get());
            } else {
                handler.handle(context);
            }
        });
    }

    private static void head(Context context) {
        context.header("Content-Security-Policy", POLICY);
        context.header("X-Content-Type-Options", "nosniff");
        context.header("X-Frame-Options", "DENY");
        context.header("Referrer-Policy", "no-referrer");
        context.header("Cross-Origin-Opener-Policy", "same-origin");
        context.header("Cross-Origin-Resource-Policy", "same-origin");
        context.header("Cache-Control", "no-store");
    }

    /** Why whoever asks may not even look. */
    private Optional<String> objection(Context context) {
        if (!Caller.isHere(context)) {
            return Optional.of("this page is for the person at this machine only");
        }
        if (!Caller.saysLoopback(context)) {
            return Optional.of("this page is called by a loopback name only, such as http://localhost");
        }
        Optional<String> nobody = users.objection(Caller.theirEnd(context), Caller.ourEnd(context));
        if (nobody.isPresent()) {
            return nobody;
        }
        // Whoever follows a link to it may see the page, which shows nothing by itself.
        boolean follows = context.path().equals("/") && Caller.follows(context);
        return Caller.isForeign(context) && !follows ? Optional.of("another page may not ask this") : Optional.empty();
    }

    private static Handler file(String name, String type) {
        byte[] bytes;
        try (InputStream in = Objects.requireNonNull(UserPage.class.getResourceAsStream(name), name)) {
            bytes = in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return context -> context.contentType(type).result(bytes);
    }

    private void state(Context context) throws InterruptedException {
        LocalRequest request =
                LocalRequest.newBuilder().setStatus(Status.getDefaultInstance()).build();
        answer(context, request, LocalReply::hasStatus, reply -> state(reply.getStatus()));
    }

    private JsonObject state(AgentStatus status) {
        Map<String, Json> out = new LinkedHashMap<>();
        out.put("token", new JsonString(token));
        out.put("agent", new JsonString(status.getAgentId()));
        out.put("site", new JsonString(status.getSite()));
        out.put("trackerReachable", new JsonBoolean(status.getTrackerReachable()));
        out.put("installerTrouble", new JsonString(status.getInstallerTrouble()));
        out.put("unconfined", new JsonString(status.getUnconfined()));
        out.put("lines", InstallJson.list(status.getLinesList(), InstallJson::line));
        out.put("actions", InstallJson.list(status.getActionsList(), InstallJson::action));
        return JsonObject.of(out);
    }

    private void offers(Context context) throws InterruptedException {
        LocalRequest request = LocalRequest.newBuilder()
                .setOffered(Offered.newBuilder().setAll(false))
                .build();
        answer(
                context,
                request,
                LocalReply::hasOffers,
                reply -> JsonObject.of(
                        Map.of("offers", InstallJson.list(reply.getOffers().getOffersList(), InstallJson::offer))));
    }

    /** Reads what is asked for, or an {@link IllegalArgumentException} with one line. */
    private interface Reading {
        LocalRequest read(JsonFields fields);
    }

    private Handler changing(Reading reading) {
        return context -> {
            Optional<String> objection = mayNotChange(context);
            if (objection.isPresent()) {
                refuse(context, 403, objection.get());
                return;
            }
            LocalRequest request;
            try {
                byte[] body = context.req().getInputStream().readNBytes(BODY_BYTES_MAX + 1);
                if (body.length > BODY_BYTES_MAX) {
                    refuse(context, 413, "that is longer than anything this page sends");
                    return;
                }
                JsonFields fields = JsonFields.of(JsonReader.parse(body), "the request");
                request = reading.read(fields);
                fields.done();
            } catch (IllegalArgumentException e) {
                refuse(context, 400, String.valueOf(e.getMessage()));
                return;
            }
            answer(
                    context,
                    request,
                    reply -> reply.hasOrdered() || reply.hasAction(),
                    reply -> InstallJson.action(reply.hasOrdered() ? reply.getOrdered() : reply.getAction()));
        };
    }

    private Optional<String> mayNotChange(Context context) {
        String origin = context.header("Origin");
        if (origin != null && !origin.equals("http://" + context.header("Host"))) {
            return Optional.of("another page may not ask this");
        }
        String type = context.header("Content-Type");
        if (type == null || !type.split(";", 2)[0].strip().equals("application/json")) {
            return Optional.of("a change is asked for as application/json");
        }
        String given = Optional.ofNullable(context.header("X-Packhorse-Token")).orElse("");
        if (!MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8))) {
            return Optional.of("the page is older than the agent; load it again");
        }
        return Optional.empty();
    }

    private static LocalRequest install(JsonFields fields) {
        String platform = platform(fields);
        return LocalRequest.newBuilder()
                .setInstall(Install.newBuilder()
                        .setName(ReleaseName.parse(fields.string("name")).toString())
                        .setVersion(Version.parse(fields.string("version")).toString())
                        .setPlatform(platform)
                        .setQuiet(true)
                        .setDetach(true))
                .build();
    }

    private static LocalRequest rollback(JsonFields fields) {
        return LocalRequest.newBuilder()
                .setRollback(Rollback.newBuilder()
                        .setName(ReleaseName.parse(fields.string("name")).toString())
                        .setPlatform(platform(fields))
                        .setQuiet(true)
                        .setDetach(true))
                .build();
    }

    private static String platform(JsonFields fields) {
        String platform = fields.string("platform");
        return platform.equals(BUNDLE) ? platform : new Platform(platform).word();
    }

    private static LocalRequest defer(JsonFields fields) {
        return LocalRequest.newBuilder()
                .setDefer(Defer.newBuilder()
                        .setAction(fields.string("action"))
                        .setMillis(fields.integer("millis", 0, DEFER_MILLIS_MAX)))
                .build();
    }

    /** Asks the agent, and answers with the first reply that says what is wanted. */
    private void answer(
            Context context, LocalRequest request, Predicate<LocalReply> wanted, Function<LocalReply, JsonObject> json)
            throws InterruptedException {
        if (!asking.tryAcquire()) {
            context.header("Retry-After", "2");
            refuse(context, 503, "too many pages ask at once; close some");
            return;
        }
        try {
            Conversation conversation = new Conversation();
            agent.ask(request, conversation::take, conversation::gone);
            List<LocalReply> replies = conversation.all();
            LocalReply last = replies.getLast();
            if (last.hasFailed()) {
                refuse(
                        context,
                        last.getFailed().getExitCode() == 2 ? 409 : 502,
                        last.getFailed().getReason());
                return;
            }
            Optional<LocalReply> found = replies.stream().filter(wanted).findFirst();
            if (found.isEmpty()) {
                refuse(context, 502, "the agent did not say; see its log");
                return;
            }
            context.contentType("application/json").result(CanonicalJson.encode(json.apply(found.get())));
        } catch (TimeoutException e) {
            refuse(context, 504, "the agent did not answer in " + ANSWER_MAX.toSeconds() + " s; see its log");
        } catch (ExecutionException e) {
            refuse(context, 502, "the agent said more than fits; see its log");
        } finally {
            asking.release();
        }
    }

    private static void refuse(Context context, int status, String reason) {
        context.status(status)
                .contentType("application/json")
                .result(CanonicalJson.encode(JsonObject.of(Map.of("reason", new JsonString(reason)))));
    }

    /** The replies to one request, to the last. */
    private static final class Conversation {
        /** One or two and the last. */
        private static final int REPLIES_MAX = 16;

        private final CompletableFuture<List<LocalReply>> ended = new CompletableFuture<>();
        // Only the agent's thread.
        private final List<LocalReply> replies = new ArrayList<>();

        void take(LocalReply reply) {
            replies.add(reply);
            if (reply.hasDone() || reply.hasFailed()) {
                ended.complete(List.copyOf(replies));
            } else if (replies.size() > REPLIES_MAX) {
                ended.completeExceptionally(new IllegalStateException(replies.size() + " replies"));
            }
        }

        boolean gone() {
            return ended.isDone();
        }

        List<LocalReply> all() throws InterruptedException, ExecutionException, TimeoutException {
            try {
                return ended.get(ANSWER_MAX.toNanos(), TimeUnit.NANOSECONDS);
            } finally {
                ended.cancel(false);
            }
        }
    }
}
