package packhorse.peer.installer.engine;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Dependency;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Laid;
import packhorse.peer.adapter.PortionsInput;

/**
 * A release's {@link Footprint} and the names that it lays, in its home. It is written when the release is prepared, before anything is
 * changed, and read when another one comes: also where a disk damaged the manifest that said all this.
 *
 * <p>Lines of UTF-8, a word and a value each: {@code claim}, {@code edit}, {@code database}, {@code needs}, {@code conflicts}, then
 * {@code file}, {@code configuration}, {@code link} and {@code directory} in the order of their paths; the last line is {@code sha256}
 * and the digest of all before it. Read and written as a stream: packages bring hundreds of thousands of names.
 */
final class FootprintFile {
    private static final String NAME = ".footprint";
    /** More than a machine has files of all its packages; an adapter bounds what it brings, this one bounds adapters. */
    private static final long NAMES_MAX = 2_000_000;

    private static final int PRIVATE_FILE = 0600;
    private static final String DIGEST = "sha256";
    private static final int DIGEST_LINE_BYTES = DIGEST.length() + 1 + 2 * Sha256.LENGTH_BYTES + 1;
    private static final int BUFFER_BYTES = 64 << 10;

    private final Path file;

    private FootprintFile(Path file) {
        this.file = file;
    }

    /**
     * Writes one, durably, in place of whatever a process before this one left.
     *
     * @param laid in the order of their paths, each once
     */
    static void write(Path home, Footprint footprint, Iterator<Laid> laid, InstallDisk disk) throws IOException {
        Path file = home.resolve(NAME);
        Path fresh = InstallDisk.freshBeside(file);
        disk.delete(fresh);
        disk.create(fresh, new PortionsInput(new Lines(head(footprint), laid)), PRIVATE_FILE, done -> {});
        disk.force(fresh);
        disk.rename(fresh, file);
        disk.force(home);
    }

    private static List<String> head(Footprint footprint) {
        List<String> lines = new ArrayList<>();
        footprint.claims().forEach(claim -> lines.add(line("claim", claim)));
        footprint.edits().forEach(edit -> lines.add(line("edit", edit)));
        footprint.database().ifPresent(database -> lines.add(line("database", database)));
        footprint.needs().forEach(needed -> lines.add("needs " + needed));
        footprint.conflicts().forEach(conflict -> lines.add("conflicts " + conflict));
        return lines;
    }

    private static String line(String word, Path path) {
        String text = path.toString();
        if (text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0) {
            throw new AdapterException(
                    CodeClass.PERMANENT,
                    "the name \"" + text.replaceAll("[\n\r]", "?")
                            + "\" has a line break in it; publish it with another");
        }
        return word + " " + text;
    }

    private static String word(Laid.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    /** The one in a home; empty where there is none, or not as it was written. */
    static Optional<FootprintFile> in(Path home) throws IOException {
        Path file = home.resolve(NAME);
        return Files.isRegularFile(file) && isWhole(file) ? Optional.of(new FootprintFile(file)) : Optional.empty();
    }

    private static boolean isWhole(Path file) throws IOException {
        long left = Files.size(file) - DIGEST_LINE_BYTES;
        MessageDigest digest = Sha256.newDigest();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            while (left > 0) {
                int count = in.read(buffer, 0, (int) Math.min(left, buffer.length));
                if (count < 0) {
                    return false;
                }
                digest.update(buffer, 0, count);
                left -= count;
            }
            String last = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return last.equals(digestLine(digest));
        }
    }

    private static String digestLine(MessageDigest digest) {
        return DIGEST + " " + Sha256.ofDigest(digest.digest()).hex() + "\n";
    }

    /** What it says of a release. */
    Footprint of(ReleaseId release) throws IOException {
        Set<Path> claims = new LinkedHashSet<>();
        Set<Path> edits = new LinkedHashSet<>();
        Optional<Path> database = Optional.empty();
        List<Dependency> needs = new ArrayList<>();
        List<Dependency> conflicts = new ArrayList<>();
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String value = line.substring(line.indexOf(' ') + 1);
                switch (line.substring(0, line.indexOf(' '))) {
                    case "claim" -> claims.add(Path.of(value));
                    case "edit" -> edits.add(Path.of(value));
                    case "database" -> database = Optional.of(Path.of(value));
                    case "needs" -> needs.add(Dependency.parse(value));
                    case "conflicts" -> conflicts.add(Dependency.parse(value));
                    default -> {
                        // The names begin here.
                        return new Footprint(release, claims, edits, database, needs, conflicts);
                    }
                }
            }
        }
        throw new IOException(file + " ends without its digest");
    }

    /** The names that it lays, in the order of their paths; to be closed. */
    @SuppressWarnings("StreamResourceLeak") // Whom it is returned to, closes it.
    Stream<Laid> lays() throws IOException {
        return Files.lines(file).flatMap(line -> laid(line).stream());
    }

    private static Optional<Laid> laid(String line) {
        for (Laid.Kind kind : Laid.Kind.values()) {
            String word = word(kind) + " ";
            if (line.startsWith(word)) {
                return Optional.of(new Laid(Path.of(line.substring(word.length())), kind));
            }
        }
        return Optional.empty();
    }

    /** The file's lines, made as they are asked for. */
    private static final class Lines implements Iterator<byte[]> {
        private final Iterator<String> head;
        private final Iterator<Laid> names;
        private final MessageDigest digest = Sha256.newDigest();
        private boolean ended;
        private long count;
        private @Nullable Path last;

        Lines(List<String> head, Iterator<Laid> names) {
            this.head = head.iterator();
            this.names = names;
        }

        @Override
        public boolean hasNext() {
            return !ended;
        }

        @Override
        public byte[] next() {
            if (head.hasNext() || names.hasNext()) {
                String text = head.hasNext() ? head.next() : named(names.next());
                byte[] line = (text + "\n").getBytes(StandardCharsets.UTF_8);
                digest.update(line);
                return line;
            }
            if (ended) {
                throw new NoSuchElementException();
            }
            ended = true;
            return digestLine(digest).getBytes(StandardCharsets.UTF_8);
        }

        private String named(Laid laid) {
            if (last != null && last.compareTo(laid.path()) >= 0) {
                throw new IllegalStateException(laid.path() + " was laid after " + last + ", out of order");
            }
            if (++count > NAMES_MAX) {
                throw new AdapterException(
                        CodeClass.PERMANENT, "it lays more than " + NAMES_MAX + " names; publish it as several");
            }
            last = laid.path();
            return line(word(laid.kind()), laid.path());
        }
    }
}
