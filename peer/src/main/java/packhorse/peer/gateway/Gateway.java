package packhorse.peer.gateway;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.UsageException;
import packhorse.core.content.Pack;
import packhorse.core.content.PieceLength;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Version;
import packhorse.core.topology.PeerAddress;
import packhorse.peer.agent.ContentSource;
import packhorse.peer.agent.ContentWish;

/**
 * The HTTP door.
 *
 * <pre>
 * GET, HEAD /releases/PUBLISHER/PRODUCT/VERSION/PLATFORM   VERSION may be "latest"
 * GET, HEAD /releases/PUBLISHER/PRODUCT/VERSION            for this machine's platform
 * GET, HEAD /packs/SHA256                                  what this agent holds or fetches
 * GET       /                                              the page for the person at this machine, {@link UserPage}
 * </pre>
 *
 * <p>Single ranges are answered (206, 416), {@code ETag} is the content's SHA-256, so {@code If-None-Match} and
 * {@code If-Range} work. Pieces a reader waits for are asked for first, a few ahead of where it reads. Each request has a
 * virtual thread of its own and shares nothing with the agent but a {@link packhorse.peer.agent.PieceWatch}, so a slow reader
 * holds up nobody.
 *
 * <p>It is for programs, which ask for content by name and get it. A page of another site in a browser beside them gets none, nor has
 * anything fetched: what a browser says of where a request came from, and the name it was sent to, are looked at ({@link Caller}).
 */
public final class Gateway implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    /** Readers at a time; each holds a file open. */
    private static final int READERS_MAX = 256;
    /** To find the release, and for the first piece: a client gives up after about as long. */
    private static final Duration FIRST_MAX = Duration.ofSeconds(60);
    /** For each later piece: a starved swarm is rescued in less. */
    private static final Duration NEXT_MAX = Duration.ofMinutes(2);
    /** Pieces asked for ahead of the reader: 8 MiB of the smallest keep a fast line busy. */
    private static final int AHEAD = 16;

    /** Each reader holds the piece it sends: so many of the smallest, fewer of larger ones. */
    private static final int PIECES_OF_SMALLEST_MAX = READERS_MAX;

    private final Function<ContentWish, CompletableFuture<ContentSource>> contents;
    private final Semaphore readers = new Semaphore(READERS_MAX);
    private final Semaphore memory = new Semaphore(PIECES_OF_SMALLEST_MAX);
    private final Javalin server;

    private Gateway(
            PeerAddress listen,
            GatewayNames names,
            Function<ContentWish, CompletableFuture<ContentSource>> contents,
            Optional<UserPage> page) {
        this.contents = contents;
        this.server = Javalin.create(config -> {
            config.concurrency.useVirtualThreads = true;
            config.startup.showJavalinBanner = false;
            config.jetty.host = listen.ip().toString();
            config.jetty.port = listen.port();
            config.http.compressionStrategy = io.javalin.compression.CompressionStrategy.NONE;
            for (HandlerType method : new HandlerType[] {HandlerType.GET, HandlerType.HEAD}) {
                add(config, names, method, "/releases/{publisher}/{product}/{version}/{platform}", this::release);
                add(config, names, method, "/releases/{publisher}/{product}/{version}", this::release);
                add(config, names, method, "/packs/{sha256}", this::pack);
            }
            page.ifPresent(shown -> shown.addTo(config));
            // After the head is out nothing can be said any more: fewer bytes than promised end the connection.
            config.routes.exception(
                    IOException.class, (e, context) -> LOG.info("a reader ended early: {}", e.getMessage()));
            config.routes.exception(
                    IllegalArgumentException.class,
                    (e, context) -> refuse(context, 400, String.valueOf(e.getMessage())));
        });
    }

    /**
     * Starts the door.
     *
     * @param names what else than its address it may be called
     * @throws UsageException when the address cannot be listened on
     */
    public static Gateway start(
            PeerAddress listen, GatewayNames names, Function<ContentWish, CompletableFuture<ContentSource>> contents) {
        return start(new Gateway(listen, names, contents, Optional.empty()), listen);
    }

    /**
     * Starts the door, with the page for the person at this machine.
     *
     * @param names what else than its address it may be called
     * @param asking asks the agent
     * @param random of which nobody can guess the next
     * @throws UsageException when the address cannot be listened on
     */
    public static Gateway start(
            PeerAddress listen,
            GatewayNames names,
            Function<ContentWish, CompletableFuture<ContentSource>> contents,
            UserPage.Asking asking,
            RandomGenerator random) {
        return start(new Gateway(listen, names, contents, Optional.of(new UserPage(asking, random))), listen);
    }

    private static Gateway start(Gateway gateway, PeerAddress listen) {
        try {
            gateway.server.start();
        } catch (RuntimeException e) {
            throw new UsageException(
                    "the gateway cannot listen on " + listen + ": " + root(e).getMessage()
                            + "; set gateway: to another address",
                    e);
        }
        return gateway;
    }

    /** What another site's page in a browser of this machine asks for is not even fetched. */
    private static void add(
            JavalinConfig config, GatewayNames names, HandlerType method, String path, Handler handler) {
        config.routes.addHttpHandler(method, path, context -> {
            context.header("X-Content-Type-Options", "nosniff");
            context.header("Cross-Origin-Resource-Policy", "same-origin");
            Optional<String> objection = Caller.mayNotFetch(context, names);
            if (objection.isPresent()) {
                refuse(context, 403, objection.get());
            } else {
                handler.handle(context);
            }
        });
    }

    /** The port it listens on. */
    public int port() {
        return server.port();
    }

    @Override
    public void close() {
        var unused = server.stop();
    }

    private void release(Context context) throws IOException, InterruptedException {
        String version = context.pathParam("version");
        Optional<String> platform = Optional.ofNullable(context.pathParamMap().get("platform"));
        answer(
                context,
                new ContentWish.Release(
                        new ReleaseName(context.pathParam("publisher"), context.pathParam("product")),
                        version.equals("latest") ? Optional.empty() : Optional.of(Version.parse(version)),
                        platform.map(Platform::new)));
    }

    private void pack(Context context) throws IOException, InterruptedException {
        answer(context, new ContentWish.Content(Sha256.parse(context.pathParam("sha256"))));
    }

    private void answer(Context context, ContentWish wish) throws IOException, InterruptedException {
        if (!readers.tryAcquire()) {
            context.header("Retry-After", "5");
            refuse(context, 503, "the gateway already serves " + READERS_MAX + " readers; try again");
            return;
        }
        try {
            ContentSource source = contents.apply(wish).get(FIRST_MAX.toNanos(), TimeUnit.NANOSECONDS);
            answerWithin(context, source);
        } catch (TimeoutException e) {
            refuse(context, 504, "the catalogue did not answer in " + FIRST_MAX.toSeconds() + " s");
        } catch (ExecutionException e) {
            Throwable cause = root(e);
            refuse(context, cause instanceof UsageException ? 404 : 502, String.valueOf(cause.getMessage()));
        } finally {
            readers.release();
        }
    }

    /** As {@link #answer}, once there is memory for a piece. */
    private void answerWithin(Context context, ContentSource source) throws IOException, InterruptedException {
        int needed = source.pack().pieceLength() / PieceLength.SMALLEST;
        if (!memory.tryAcquire(needed)) {
            context.header("Retry-After", "5");
            refuse(context, 503, "the gateway's memory is taken by other readers; try again");
            return;
        }
        try {
            answer(context, source);
        } finally {
            memory.release(needed);
        }
    }

    private static void answer(Context context, ContentSource source) throws IOException, InterruptedException {
        Pack pack = source.pack();
        long length = pack.data().length();
        String etag = "\"" + pack.data().sha256() + "\"";
        context.header("ETag", etag);
        context.header("Accept-Ranges", "bytes");
        context.header("X-Packhorse-Release", source.release().toString());
        if (etag.equals(context.header("If-None-Match"))) {
            context.status(304);
            return;
        }
        String condition = context.header("If-Range");
        boolean ranged = condition == null || condition.equals(etag);
        ByteRange range =
                ByteRange.of(ranged ? Optional.ofNullable(context.header("Range")) : Optional.empty(), length);
        switch (range) {
            case ByteRange.All() -> send(context, source, 0, length - 1, 200);
            case ByteRange.Part(long first, long last) -> {
                context.header("Content-Range", "bytes " + first + "-" + last + "/" + length);
                send(context, source, first, last, 206);
            }
            case ByteRange.Beyond() -> {
                context.header("Content-Range", "bytes */" + length);
                refuse(context, 416, "the content has " + length + " bytes");
            }
        }
    }

    private static void send(Context context, ContentSource source, long first, long last, int status)
            throws IOException, InterruptedException {
        int pieceLength = source.pack().pieceLength();
        int firstPiece = (int) (first / pieceLength);
        int lastPiece = (int) (last / pieceLength);
        boolean head = context.method().equals(HandlerType.HEAD);
        if (!head) {
            hurry(source, firstPiece, lastPiece);
            try {
                if (!source.pieces().await(firstPiece, FIRST_MAX)) {
                    refuse(
                            context,
                            504,
                            "the first piece did not arrive in " + FIRST_MAX.toSeconds() + " s; try again");
                    return;
                }
            } catch (IOException e) {
                refuse(context, 502, String.valueOf(e.getMessage()));
                return;
            }
        }
        context.status(status);
        context.contentType("application/octet-stream");
        context.res().setContentLengthLong(last - first + 1);
        if (head) {
            return;
        }
        try (FileChannel file = source.pieces().open()) {
            OutputStream out = context.res().getOutputStream();
            byte[] bytes =
                    new byte[(int) Math.min(pieceLength, source.pack().data().length())];
            for (int piece = firstPiece; piece <= lastPiece; piece++) {
                if (!source.pieces().has(piece)) {
                    hurry(source, piece, lastPiece);
                    if (!source.pieces().await(piece, NEXT_MAX)) {
                        throw new IOException("piece " + piece + " did not arrive in " + NEXT_MAX.toSeconds() + " s");
                    }
                }
                long start = (long) piece * pieceLength;
                read(file, start, bytes, source, piece);
                int from = (int) Math.max(0, first - start);
                int to = (int) Math.min(source.pack().lengthOf(piece), last + 1 - start);
                out.write(bytes, from, to - from);
            }
        }
    }

    private static void hurry(ContentSource source, int piece, int lastPiece) {
        source.hurry().pieces(piece, Math.min(lastPiece, piece + AHEAD));
    }

    /**
     * Reads a piece and proves it, in the memory that it is sent from: what says that it is there is a process that may have been taken
     * over, and could write to the file until it was proven as a whole.
     */
    private static void read(FileChannel file, long start, byte[] into, ContentSource source, int piece)
            throws IOException {
        int length = source.pack().lengthOf(piece);
        ByteBuffer buffer = ByteBuffer.wrap(into, 0, length);
        while (buffer.hasRemaining()) {
            if (file.read(buffer, start + buffer.position()) < 0) {
                throw new IOException("the file ends in piece " + piece);
            }
        }
        if (!source.torrent().pieceMatches(piece, into, 0, length)) {
            throw new IOException("piece " + piece + " of " + source.release() + " is not what its publisher signed;"
                    + " nothing more of it is sent");
        }
    }

    private static void refuse(Context context, int status, String reason) {
        context.status(status).contentType("text/plain; charset=utf-8").result(reason + "\n");
    }

    private static Throwable root(Throwable failure) {
        Throwable at = failure;
        for (@Nullable Throwable next = at.getCause(); next != null && !isOurs(at); next = next.getCause()) {
            at = next;
        }
        return at;
    }

    private static boolean isOurs(Throwable failure) {
        return failure instanceof UsageException || failure instanceof packhorse.core.OperationException;
    }
}
