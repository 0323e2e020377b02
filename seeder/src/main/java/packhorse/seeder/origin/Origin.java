package packhorse.seeder.origin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.content.Sha256;
import packhorse.core.identity.Admission;
import packhorse.core.identity.DenyList;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.trust.Catalogue;
import packhorse.core.trust.DirectoryMetadataSource;
import packhorse.core.trust.ExpiryWarning;
import packhorse.core.trust.Role;
import packhorse.core.trust.TrustedStore;
import packhorse.core.trust.TufClient;
import packhorse.core.trust.VerifyingKey;
import packhorse.peer.store.Store;

/**
 * The running origin: HTTPS door, online signatures, stock and seeding.
 *
 * <p>One thread, the keeper, does everything that recurs: each second it looks whether the catalogue grew (a publisher on this
 * machine or at the upload door) and takes new packs into the store, and those of retired releases out of it; each hour by the clock it signs snapshot and timestamp anew
 * where half their life is over, sweeps abandoned uploads and says what key holders have to do. The hour is measured on the given
 * clock, so a test that turns it sees a year go by.
 */
public final class Origin implements AutoCloseable {
    /** A publication is seeded this soon; looking costs reading one small file. */
    private static final Duration WATCH = Duration.ofSeconds(1);
    /** A timestamp lives a day: re-signed at half-life by an hourly look it never has less than eleven hours left. */
    private static final Duration ROUND = Duration.ofHours(1);

    /** What could not be taken out of the store is seldom out a second later, and looking reads the whole catalogue. */
    private static final Duration REMOVE_AGAIN = Duration.ofSeconds(10);

    private static final int SERVICE_UNAVAILABLE = 503;
    private static final int NOT_FOUND = 404;
    private static final Logger LOG = LoggerFactory.getLogger(Origin.class);

    private final OriginDirectory directory;
    private final InstantSource clock;
    private final Store store;
    private final TufClient client;
    private final Seeding seeding;
    private final Stock stock;
    private final WebServer https;
    private final Optional<WebServer> plain;
    private final PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final ScheduledExecutorService keeper = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("keeper").factory());

    private volatile List<ExpiryWarning> warnings = List.of();
    private volatile String trouble = "";
    private volatile long stockedVersion;
    /** Only the keeper. */
    private Instant roundDue = Instant.MIN;
    /** The version whose retired releases could not all be removed, 0 for none, and when that is tried again; only the keeper. */
    private long removalTried;

    private Instant removalDue = Instant.MIN;

    private Origin(
            OriginConfig config,
            OriginDirectory directory,
            SeedingStarter seedingStarter,
            Passport passport,
            InstantSource clock,
            RandomGenerator random) {
        this.directory = directory;
        this.clock = clock;
        directory.refreshOnline();
        this.client = new TufClient(
                new DirectoryMetadataSource(directory.repository()), TrustedStore.open(directory.trusted()), clock);
        this.client.initialise(directory.firstRoot());
        Catalogue catalogue = client.refresh();
        this.store = Store.open(directory.store());
        try {
            directory.noneIsLeaving();
            this.seeding = seedingStarter.start(store, client);
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
        this.stock = new Stock(directory, store, seeding);
        Set<VerifyingKey> publishers = config.publishers().isEmpty()
                ? catalogue.keys(Role.TARGETS).publicKeys()
                : new HashSet<>(config.publishers());
        UploadDoor door = new UploadDoor(directory, new UploadSessions(publishers, random), clock, this::lookSoon);
        AdmittedOnly machines =
                new AdmittedOnly(new Admission(passport.denied(), EnumSet.allOf(DeploymentRole.class), clock));
        // Agents have content by the swarm, where a tracker looks at their entitlements and the WAN is counted.
        AdmittedOnly sources = new AdmittedOnly(
                new Admission(passport.denied(), EnumSet.of(DeploymentRole.TRACKER, DeploymentRole.ORIGIN), clock));
        declareMetrics();
        List<WebServer> open = new ArrayList<>();
        try {
            config.metrics()
                    .ifPresent(address ->
                            open.add(WebServer.open(address, "metrics", Optional.empty(), this::serveWatchers)));
            open.add(WebServer.open(
                    config.listen(), "listen", Optional.of(passport.identity().context()), routes -> {
                        serveFiles(routes, machines, sources);
                        serveWatchers(routes);
                        door.register(routes);
                    }));
        } catch (RuntimeException e) {
            open.forEach(WebServer::close);
            seeding.close();
            store.close();
            throw e;
        }
        this.https = open.getLast();
        this.plain = open.size() == 1 ? Optional.empty() : Optional.of(open.getFirst());
    }

    /**
     * Who the origin is, and whom it turns away.
     *
     * @param identity what the HTTPS door shows
     * @param denied asked for each request of a machine
     */
    public record Passport(MachineIdentity identity, DenyList denied) {}

    /** Starts what seeds the packs of a store. */
    @FunctionalInterface
    public interface SeedingStarter {
        Seeding start(Store store, TufClient client);
    }

    /**
     * Starts an origin.
     *
     * @throws UsageException when a port is in use, or the directory has no catalogue
     */
    public static Origin start(
            OriginConfig config,
            OriginDirectory directory,
            SeedingStarter seeding,
            Passport passport,
            InstantSource clock,
            RandomGenerator random) {
        Origin origin = new Origin(config, directory, seeding, passport, clock, random);
        var unused = origin.keeper.scheduleWithFixedDelay(origin::look, 0, WATCH.toMillis(), TimeUnit.MILLISECONDS);
        return origin;
    }

    /** The port that HTTPS is served on. */
    public int port() {
        return https.port();
    }

    /** The port of the plain door for whoever watches, where there is one. */
    public Optional<Integer> metricsPort() {
        return plain.map(WebServer::port);
    }

    /** Where the swarm listens, once it does. */
    public String swarm() {
        return seeding.describe();
    }

    /** Releases that are seeded. */
    public int seeded() {
        return stock.size();
    }

    /** What key holders have to do before it is late, one line each. */
    public List<String> warnings() {
        return warnings.stream().map(ExpiryWarning::toString).toList();
    }

    /** Why the recurring work fails, empty while it does not. */
    String trouble() {
        return trouble;
    }

    private void serveFiles(RoutesConfig routes, AdmittedOnly machines, AdmittedOnly sources) {
        for (String area : List.of("metadata", "targets", "objects")) {
            routes.get("/" + area + "/<file>", machines.to((context, still) -> repositoryFile(context, area, still)));
        }
        routes.get("/packs/{sha256}", sources.to(this::pack));
    }

    private void serveWatchers(RoutesConfig routes) {
        routes.get("/healthz", this::health);
        routes.get(
                "/metrics",
                context -> context.contentType("text/plain; version=0.0.4; charset=utf-8")
                        .result(metrics.scrape()));
    }

    private void repositoryFile(Context context, String area, AdmittedOnly.StillAdmitted still) throws IOException {
        String name = context.pathParam("file");
        Optional<Path> file = directory.repositoryFile(area + "/" + name);
        if (file.isEmpty()) {
            context.status(NOT_FOUND);
            return;
        }
        boolean timestamp = area.equals("metadata") && name.equals("timestamp.json");
        FileAnswer.send(
                context,
                file.get(),
                name.endsWith(".json") ? "application/json" : "application/octet-stream",
                !timestamp,
                still);
    }

    private void pack(Context context, AdmittedOnly.StillAdmitted still) throws IOException {
        Sha256 id;
        try {
            id = Sha256.parse(context.pathParam("sha256"));
        } catch (IllegalArgumentException e) {
            context.status(NOT_FOUND).result(e.getMessage() + "\n");
            return;
        }
        Path file = store.complete(id)
                .map(holding -> holding.content())
                .orElseGet(() -> directory.store().resolve("none"));
        FileAnswer.send(context, file, "application/octet-stream", true, still);
    }

    private void health(Context context) {
        StringBuilder lines = new StringBuilder();
        if (!trouble.isEmpty()) {
            context.status(SERVICE_UNAVAILABLE);
            lines.append("failing: ").append(trouble).append('\n');
        } else {
            lines.append("ok\n");
        }
        warnings.forEach(warning -> lines.append("warning: ").append(warning).append('\n'));
        context.contentType("text/plain").result(lines.toString());
    }

    private void declareMetrics() {
        Gauge.builder("packhorse_origin_releases", stock, Stock::size)
                .description("Releases that are seeded.")
                .register(metrics);
        Gauge.builder("packhorse_origin_catalogue_version", this, origin -> origin.stockedVersion)
                .description("Version of the targets whose packs were taken into the store.")
                .register(metrics);
        Gauge.builder("packhorse_origin_expiry_warnings", this, origin -> origin.warnings.size())
                .description("Roles of offline keys with less than half their life left; see /healthz.")
                .register(metrics);
        Gauge.builder("packhorse_origin_failing", this, origin -> origin.trouble.isEmpty() ? 0 : 1)
                .description("1 while the recurring work fails; see /healthz.")
                .register(metrics);
    }

    /** After a publication at the upload door: does not wait for the next look. */
    private void lookSoon() {
        keeper.execute(this::look);
    }

    /** What the keeper does each second. */
    private void look() {
        try {
            Instant now = clock.instant();
            if (!now.isBefore(roundDue)) {
                round(now);
                roundDue = now.plus(ROUND);
            }
            Catalogue catalogue = directory.catalogue();
            if (catalogue.version() != stockedVersion) {
                Catalogue verified = client.refresh();
                boolean all = stock.take(verified);
                if (verified.version() == removalTried && now.isBefore(removalDue)) {
                    return;
                }
                removalTried = verified.version();
                try {
                    directory.clear(stock::drop);
                    removalTried = 0;
                } finally {
                    // From its end on: one that waits in vain takes longer than the pause.
                    removalDue = clock.instant().plus(REMOVE_AGAIN);
                }
                if (all) {
                    stockedVersion = verified.version();
                }
            }
            trouble = "";
        } catch (OperationException | UsageException e) {
            if (!String.valueOf(e.getMessage()).equals(trouble)) {
                LOG.error("the origin's keeping failed: {}", e.getMessage());
            }
            trouble = String.valueOf(e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("the origin's keeping failed", e);
            trouble = e.toString();
        }
    }

    private void round(Instant now) {
        if (directory.refreshOnline()) {
            LOG.info("signed snapshot and timestamp anew");
        }
        // As whoever trusts it sees it: what has expired is trouble, and not a warning only.
        Catalogue unusedProven = client.refresh();
        warnings = directory.warnings();
        warnings.forEach(warning -> LOG.warn("{}", warning));
        directory.sweep(now);
    }

    @Override
    public void close() {
        keeper.shutdown();
        https.close();
        plain.ifPresent(WebServer::close);
        try {
            if (!keeper.awaitTermination(WATCH.toSeconds() * 10, TimeUnit.SECONDS)) {
                LOG.warn("the keeper is still busy");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        seeding.close();
        store.close();
    }
}
