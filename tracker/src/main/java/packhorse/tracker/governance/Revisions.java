package packhorse.tracker.governance;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.content.Sha256;
import packhorse.core.durable.DurableFiles;
import packhorse.core.topology.EndpointId;

/**
 * Numbers the desired states of each endpoint.
 *
 * <p><b>Problem.</b> An agent ignores a revision that is not higher than the one it acts on. So the number has to grow when the endpoint's
 * items change and should not otherwise; it has to survive restarts; and trackers that read copies of one file and know nothing of each other
 * must not talk an agent back into an older state.
 *
 * <p><b>Scheme.</b> A revision has three parts, 63 bits in all: 32 bits when the file was edited, in seconds; 15 bits how often the endpoint's
 * items changed without an edit (a release was published, the endpoint came into another site); 16 bits drawn from the items themselves. A new
 * state gets the edition with a count of zero, or, where that is no higher than what was said before, the count after that one. So
 * trackers with the same file and catalogue say the same number without asking each other; a later edit is above everything
 * before it, whoever read it; and different items hardly ever have the same number. What an agent had from another tracker it
 * says itself ({@link #lift}), and a state that is not above it is said again above it, unless that one is of a later edition: then this
 * tracker's file is the older one, and the agent keeps what it has.
 *
 * <p><b>On disk.</b> A line for each change, endpoint, revision and digest; the last of an endpoint holds; a torn line is none. The file is written
 * anew when it has four times as many lines as endpoints. It is not flushed: a line that a power cut took is made again from the edition, and
 * where that is lower the agent says so. Not for several threads at once.
 */
final class Revisions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Revisions.class);

    static final int COUNT_BITS = 15;
    static final int CONTENT_BITS = 16;
    private static final int EDITION_SHIFT = COUNT_BITS + CONTENT_BITS;

    /** More than a deployment has; one that invents endpoints cannot be in it, since each has a certificate. */
    private static final int ENDPOINTS_MAX = 500_000;

    private static final int LINES_PER_ENDPOINT_MAX = 4;
    private static final int LINES_LEAST = 10_000;

    private record Said(long revision, Sha256 items) {}

    private final Path file;
    private final Map<EndpointId, Said> said = new HashMap<>();
    private @Nullable BufferedWriter out;
    private int lines;
    private String trouble = "";

    private Revisions(Path file) {
        this.file = file;
    }

    static Revisions open(Path data) {
        Revisions revisions = new Revisions(data.resolve("desired-revisions"));
        revisions.load();
        return revisions;
    }

    private void load() {
        try {
            for (String line :
                    Files.readString(file, StandardCharsets.UTF_8).lines().toList()) {
                read(line);
                lines++;
            }
        } catch (NoSuchFileException e) {
            LOG.debug("{} does not exist yet", file);
        } catch (IOException e) {
            complain(e);
        }
    }

    private void read(String line) {
        List<String> words = List.of(line.split(" ", -1));
        try {
            if (words.size() == 4 && words.get(3).equals(".")) {
                said.put(
                        EndpointId.parse(words.get(0)),
                        new Said(Long.parseLong(words.get(1)), Sha256.parse(words.get(2))));
            }
        } catch (IllegalArgumentException e) {
            LOG.debug("a torn line in {}: {}", file, e.getMessage());
        }
    }

    /** The revision under which the endpoint is told these items: the one it was told before, or a higher one. */
    long of(EndpointId endpoint, Sha256 items, Instant edition) {
        Said before = said.get(endpoint);
        if (before != null && before.items().equals(items)) {
            return before.revision();
        }
        return say(endpoint, items, above(before == null ? 0 : before.revision(), items, edition));
    }

    /**
     * The endpoint acts on {@code known}. Where these items are another state with no higher number, they are said above it from now on.
     *
     * @return whether their number is another now
     */
    boolean lift(EndpointId endpoint, Sha256 items, Instant edition, long known) {
        long revision = of(endpoint, items, edition);
        boolean laterEdition = known >>> EDITION_SHIFT > seconds(edition);
        if (known <= revision || laterEdition) {
            return false;
        }
        say(endpoint, items, above(known, items, edition));
        return true;
    }

    /** Whether the endpoint was told by a tracker with a later edition. */
    static boolean later(long known, Instant edition) {
        return known >>> EDITION_SHIFT > seconds(edition);
    }

    private static long above(long before, Sha256 items, Instant edition) {
        long content = ((items.bytes()[0] & 0xffL) << Byte.SIZE) | (items.bytes()[1] & 0xffL);
        long plain = (seconds(edition) << EDITION_SHIFT) | content;
        return plain > before ? plain : (((before >>> CONTENT_BITS) + 1) << CONTENT_BITS) | content;
    }

    private static long seconds(Instant edition) {
        return Math.max(1, edition.getEpochSecond()) & 0xffff_ffffL;
    }

    private long say(EndpointId endpoint, Sha256 items, long revision) {
        if (said.size() >= ENDPOINTS_MAX && !said.containsKey(endpoint)) {
            return revision;
        }
        said.put(endpoint, new Said(revision, items));
        try {
            if (lines > LINES_LEAST && lines > LINES_PER_ENDPOINT_MAX * said.size()) {
                rewrite();
            } else {
                append(line(endpoint, new Said(revision, items)));
            }
            trouble = "";
        } catch (IOException e) {
            complain(e);
        }
        return revision;
    }

    private static String line(EndpointId endpoint, Said said) {
        return endpoint + " " + said.revision() + " " + said.items().hex() + " .\n";
    }

    private void append(String line) throws IOException {
        BufferedWriter writer = out;
        if (writer == null) {
            writer = Files.newBufferedWriter(
                    file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            out = writer;
            // A line that a crash tore must not swallow this one.
            writer.write(lines > 0 ? "\n" : "");
        }
        writer.write(line);
        writer.flush();
        lines++;
    }

    private void rewrite() throws IOException {
        closeWriter();
        StringBuilder all = new StringBuilder();
        said.forEach((endpoint, its) -> all.append(line(endpoint, its)));
        new DurableFiles().replace(file, all.toString().getBytes(StandardCharsets.UTF_8));
        lines = said.size();
    }

    private void complain(IOException e) {
        if (!e.toString().equals(trouble)) {
            trouble = e.toString();
            LOG.warn("{} cannot be kept: {}; revisions are made again from the file's edition", file, e.toString());
        }
    }

    private void closeWriter() throws IOException {
        BufferedWriter writer = out;
        out = null;
        if (writer != null) {
            writer.close();
        }
    }

    @Override
    public void close() {
        try {
            closeWriter();
        } catch (IOException e) {
            complain(e);
        }
    }
}
