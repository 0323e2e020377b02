package packhorse.dist.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import packhorse.core.OperationException;
import packhorse.core.content.PieceLength;
import packhorse.core.message.v1.AgentStatus;
import packhorse.core.message.v1.PackStatus;
import packhorse.core.message.v1.Pulled;
import packhorse.core.message.v1.Traffic;
import packhorse.core.topology.IpAddress;
import packhorse.core.unit.ByteCount;

/**
 * The main job, once: publish, let every machine of every office pull at the same moment, then count. What is counted comes
 * from both ends of every pair of machines and from the copies themselves.
 */
final class Demo {
    private static final String PRODUCT = "demo/content";
    private static final String VERSION = "1.0";

    /** Both ends count by their own clocks, a second apart or so; they are given this long to agree. */
    private static final double BOOKS_SECONDS_MAX = 15;

    private static final long DRAW_MILLIS = 500;
    private static final int READ_BYTES = 1 << 20;

    private final DemoPlan plan;
    private final Deployment deployment;
    private final boolean terminal;
    private final PrintWriter out;
    private @Nullable Road road;

    Demo(DemoPlan plan, Deployment deployment, boolean terminal, PrintWriter out) {
        this.plan = plan;
        this.deployment = deployment;
        this.terminal = terminal;
        this.out = out;
    }

    /** One change on its whole road, by people with the console that governs these machines. */
    void walkRoad(Optional<Path> reports) throws InterruptedException {
        say("");
        say("now in waves that people approve, by a console:");
        long start = System.nanoTime();
        Road.Walked walked = road().walk();
        Path folder = reports.orElseGet(() -> deployment.scratch().folder("reports"));
        road().handIn(walked.good().order(), folder);
        say(
                reports.isPresent()
                        ? "its reports are in " + folder
                        : "they go with the demo; --reports FOLDER keeps reports and evidence");
        say("the whole road took %.0f s", secondsSince(start));
    }

    private Road road() {
        if (road == null) {
            throw new IllegalStateException("nobody has come to work yet");
        }
        return road;
    }

    Report run() throws InterruptedException {
        ByteCount contentSize = new ByteCount(bytesUnder(plan.content()));
        deployment.requireRoom(contentSize);
        say(
                "%d offices, each a site peer and %d endpoints on a %s line, pull %s (%s)",
                plan.sites(), plan.endpoints(), plan.wan(), plan.content(), contentSize);
        long start = System.nanoTime();
        deployment.start(new Governed());
        Road people = new Road(deployment, this::say);
        people.entitle(PRODUCT);
        road = people;
        say("%d processes started in %.1f s", plan.receivers() + 2, secondsSince(start));
        long publishStart = System.nanoTime();
        deployment.publish(plan.content(), PRODUCT, VERSION, plan.open());
        double publishSeconds = secondsSince(publishStart);
        PackStatus published = publishedPack();
        ByteCount size = new ByteCount(published.getBytesTotal());
        say("published %s %s, %s, in %.1f s", PRODUCT, VERSION, size, publishSeconds);

        Map<String, Double> seconds = pullEverywhere(size);
        Map<String, String> hashes = hashCopies(published.getSha256());
        String openUrl = "";
        String outsider = "";
        if (plan.open()) {
            openUrl = deployment.trackerUrl() + "/open/" + PRODUCT + "/" + VERSION + "/any.torrent";
            outsider = new Outsider(deployment).download(openUrl, published.getSha256());
        }
        return report(published.getSha256(), size, publishSeconds, seconds, hashes, openUrl, outsider);
    }

    /** What the origin serves; its hash is held against our own reading of the source where that is one file. */
    private PackStatus publishedPack() throws InterruptedException {
        PackStatus pack = deployment.served();
        if (Files.isRegularFile(plan.content()) && !sha256(plan.content()).equals(pack.getSha256())) {
            throw new OperationException(plan.content() + " is not what was published: did it change meanwhile?");
        }
        return pack;
    }

    /** All requests at the same moment; seconds from then to each machine's last verified byte. */
    private Map<String, Double> pullEverywhere(ByteCount size) throws InterruptedException {
        ProgressBoard board = new ProgressBoard(deployment.offices(), size, terminal, out);
        Map<String, Double> seconds = new ConcurrentHashMap<>();
        try (ExecutorService pulls = Executors.newVirtualThreadPerTaskExecutor()) {
            long start = System.nanoTime();
            Map<String, Future<?>> running = new LinkedHashMap<>();
            for (Office.Machine machine : deployment.machines()) {
                running.put(machine.id(), pulls.submit(() -> {
                    Pulled pulled = machine.agent()
                            .pullPatiently(
                                    PRODUCT,
                                    VERSION,
                                    progress -> board.report(machine.id(), progress.getBytesHave()),
                                    deployment::pause);
                    seconds.put(machine.id(), secondsSince(start));
                    board.report(machine.id(), size.bytes());
                    return pulled;
                }));
            }
            try {
                while (!running.values().stream().allMatch(Future::isDone)) {
                    deployment.requireAlive();
                    board.draw(secondsSince(start));
                    deployment.pause(DRAW_MILLIS);
                }
                board.draw(secondsSince(start));
                for (Future<?> each : running.values()) {
                    finished(each);
                }
            } catch (InterruptedException | RuntimeException e) {
                deployment.close();
                throw e;
            }
        }
        return seconds;
    }

    private Map<String, String> hashCopies(String sha256) throws InterruptedException {
        Map<String, Future<String>> running = new LinkedHashMap<>();
        try (ExecutorService hashing =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            for (Office.Machine machine : deployment.machines()) {
                running.put(machine.id(), hashing.submit(() -> sha256(machine.copy(sha256))));
            }
        }
        Map<String, String> hashes = new LinkedHashMap<>();
        for (Map.Entry<String, Future<String>> each : running.entrySet()) {
            hashes.put(each.getKey(), finished(each.getValue()));
        }
        return hashes;
    }

    private Report report(
            String sha256,
            ByteCount size,
            double publishSeconds,
            Map<String, Double> seconds,
            Map<String, String> hashes,
            String openUrl,
            String outsider)
            throws InterruptedException {
        Books books = settledBooks();
        List<Report.SiteResult> sites = new ArrayList<>();
        for (Office office : deployment.offices()) {
            List<Report.MachineResult> machines = new ArrayList<>();
            for (Office.Machine machine : office.machines()) {
                String hash = hashes.getOrDefault(machine.id(), "");
                machines.add(new Report.MachineResult(
                        machine.id().substring(machine.id().indexOf('/') + 1),
                        machine.ip().toString(),
                        seconds.getOrDefault(machine.id(), Double.NaN),
                        hash,
                        hash.equals(sha256),
                        machine.agent().status().getPacksList().stream()
                                .mapToInt(PackStatus::getRescues)
                                .sum()));
            }
            sites.add(new Report.SiteResult(
                    office.name(),
                    books.receivedBy(office.subnet(), false),
                    books.receivedBy(office.subnet(), true),
                    machines.getFirst(),
                    machines.subList(1, machines.size())));
        }
        LowerBound bound = LowerBound.star(
                size,
                Optional.empty(),
                plan.sites(),
                plan.wan(),
                plan.wan(),
                plan.endpoints() + 1,
                Optional.empty(),
                new ByteCount(PieceLength.forContent(size.bytes())));
        return new Report(
                PRODUCT,
                VERSION,
                size,
                sha256,
                plan.wan(),
                bound,
                publishSeconds,
                books.sentBy(deployment.addresses().origin()),
                sites,
                books.sentInAll(),
                books.receivedInAll(),
                books.directions().size(),
                books.differences(),
                openUrl,
                outsider);
    }

    /** The books once they balance, or as they are when they do not in time. */
    private Books settledBooks() throws InterruptedException {
        long start = System.nanoTime();
        Books books = readBooks();
        while (!books.differences().isEmpty() && secondsSince(start) < BOOKS_SECONDS_MAX) {
            deployment.pause(DRAW_MILLIS);
            books = readBooks();
        }
        return books;
    }

    private Books readBooks() {
        Books books = new Books();
        enter(books, deployment.addresses().origin(), deployment.origin().status());
        for (Office.Machine machine : deployment.machines()) {
            enter(books, machine.ip(), machine.agent().status());
        }
        return books;
    }

    private static void enter(Books books, IpAddress self, AgentStatus status) {
        for (PackStatus pack : status.getPacksList()) {
            for (Traffic traffic : pack.getTrafficList()) {
                books.enter(
                        self,
                        IpAddress.ofBytes(traffic.getPeer().getIp().toByteArray()),
                        traffic.getBytesIn(),
                        traffic.getBytesOut());
            }
        }
    }

    private static <T> T finished(Future<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e);
        }
    }

    private static long bytesUnder(Path path) {
        try (Stream<Path> files = Files.walk(path)) {
            long bytes = 0;
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
            return bytes;
        } catch (IOException e) {
            throw new OperationException("cannot read " + path + ": " + e.getMessage(), e);
        }
    }

    static String sha256(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[READ_BYTES];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new OperationException("cannot read " + file + ": " + e.getMessage(), e);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    private void say(String format, Object... arguments) {
        out.printf(Locale.ROOT, format + "%n", arguments);
        out.flush();
    }

    private static double secondsSince(long startNanos) {
        return (System.nanoTime() - startNanos) / 1e9;
    }
}
