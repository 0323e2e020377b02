package packhorse.console.intake;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import packhorse.console.change.BuildReport;
import packhorse.core.PlainText;
import packhorse.core.UsageException;

/**
 * Has ClamAV's daemon look at content. Only its word {@code OK} about a whole file that it was sent counts as clean; whatever else happens, a daemon that is
 * not there, a file that is too long, an answer that nobody understands, is kept as what was not scanned and why.
 */
public final class VirusScanner {
    /** Files of one release. */
    static final int FILES_MAX = 200_000;

    /** What was found or not scanned, by name; the last line says how many more. */
    static final int NAMED_MAX = 100;

    private static final int LINE_CHARS_MAX = 200;

    /** {@code ClamAV 1.4.6/27800/Sat Nov 21 08:44:00 2026}; without signatures of its makers only the first part. */
    private static final Pattern VERSION = Pattern.compile("(ClamAV [^/]+)(?:/([0-9]+)/(.+))?");

    private static final DateTimeFormatter BUILT = DateTimeFormatter.ofPattern("EEE MMM d HH:mm:ss yyyy", Locale.ROOT);

    private final ScannerConfig config;
    private final InstantSource clock;

    public VirusScanner(ScannerConfig config, InstantSource clock) {
        this.config = config;
        this.clock = clock;
    }

    /** What one scan comes to, as it goes on. */
    private static final class Tally {
        private final List<String> found = new ArrayList<>();
        private final List<String> unscanned = new ArrayList<>();
        private int foundCount;
        private int unscannedCount;

        void found(String line) {
            note(found, line, foundCount++);
        }

        void unscanned(String line) {
            note(unscanned, line, unscannedCount++);
        }

        private static void note(List<String> lines, String line, int before) {
            if (before < NAMED_MAX) {
                lines.add(shown(line));
            }
        }

        BuildReport.Scan scan(String scanner, Instant at) {
            return new BuildReport.Scan(
                    Optional.of(shown(scanner)), all(found, foundCount), all(unscanned, unscannedCount), at);
        }

        private static List<String> all(List<String> lines, int count) {
            List<String> all = new ArrayList<>(lines);
            if (count > lines.size()) {
                all.add("and " + (count - lines.size()) + " more");
            }
            return all;
        }
    }

    private static String shown(String text) {
        String line = PlainText.line(text);
        return line.length() <= LINE_CHARS_MAX ? line : line.substring(0, LINE_CHARS_MAX - 1) + "…";
    }

    /**
     * Looks at a file, or at all files of a directory and below it; links are not followed.
     *
     * @throws UsageException when nothing is there
     * @throws InterruptedIOException when interrupted
     */
    public BuildReport.Scan scan(Path content) throws InterruptedIOException {
        if (!Files.exists(content, LinkOption.NOFOLLOW_LINKS)) {
            throw new UsageException(content + ": nothing is there to scan");
        }
        Instant at = clock.instant();
        String version;
        try (ClamSession session = ClamSession.open(config.where().address(), config.connectTimeout())) {
            version = session.ask("VERSION", config.connectTimeout());
        } catch (IOException | UnresolvedAddressException e) {
            return absent(e, at);
        }
        Matcher said = VERSION.matcher(version);
        if (!said.matches()) {
            return absent(new IOException("it says it is \"" + shown(version) + "\""), at);
        }
        Optional<Instant> built = Optional.ofNullable(said.group(3)).flatMap(VirusScanner::built);
        String age = built.map(since -> ", signatures of " + since.toString().substring(0, 10))
                .orElse(", signatures of unknown age");
        Tally tally = new Tally();
        built.filter(since -> since.plus(config.signaturesAgeMax()).isBefore(at))
                .ifPresent(since -> tally.unscanned("with newer signatures: these are "
                        + Duration.between(since, at).toDays() + " days old; run freshclam on the scanner's machine"));
        List<Path> files = files(content, tally);
        for (int i = 0; i < files.size(); i++) {
            String name = files.get(i).equals(content)
                    ? String.valueOf(content.getFileName())
                    : content.relativize(files.get(i)).toString();
            if (!scan(files.get(i), name, tally)) {
                if (i + 1 < files.size()) {
                    tally.unscanned((files.size() - i - 1) + " more files after " + name);
                }
                break;
            }
        }
        return tally.scan(said.group(1) + age, at);
    }

    private BuildReport.Scan absent(Exception e, Instant at) throws InterruptedIOException {
        if (e instanceof InterruptedIOException interrupted) {
            throw interrupted;
        }
        String why = e instanceof UnresolvedAddressException
                ? "its name is not known"
                : e instanceof NoSuchFileException ? "no such socket" : String.valueOf(e.getMessage());
        return new BuildReport.Scan(
                Optional.empty(),
                List.of(),
                List.of(shown("not scanned: no daemon at " + config.where() + ": " + why)),
                at);
    }

    private static Optional<Instant> built(String text) {
        try {
            return Optional.of(LocalDateTime.parse(text.strip().replaceAll(" +", " "), BUILT)
                    .toInstant(ZoneOffset.UTC));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static List<Path> files(Path content, Tally tally) {
        List<Path> files = new ArrayList<>();
        try {
            Files.walkFileTree(content, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (attributes.isRegularFile()) {
                        files.add(file);
                    } else if (file.equals(content)) {
                        tally.unscanned(file.getFileName() + ": it is no file and no directory");
                    }
                    return files.size() > FILES_MAX ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) {
                    tally.unscanned(content.relativize(file) + ": cannot be read");
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(
                        Path folder, @org.jspecify.annotations.Nullable IOException e) {
                    if (e != null) {
                        tally.unscanned(content.relativize(folder) + ": not all of it can be listed");
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            tally.unscanned("not all of it can be listed: " + e.getMessage());
        }
        if (files.size() > FILES_MAX) {
            tally.unscanned("more than " + FILES_MAX + " files; scan its parts");
            files.removeLast();
        }
        files.sort(null);
        return files;
    }

    /** Whether the daemon is still there. */
    private boolean scan(Path file, String name, Tally tally) throws InterruptedIOException {
        InputStream in;
        try {
            long bytes = Files.size(file);
            if (bytes > config.fileBytesMax().bytes()) {
                tally.unscanned(name + ": " + bytes + " bytes; the scanner looks at "
                        + config.fileBytesMax().bytes());
                return true;
            }
            in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            tally.unscanned(name + ": cannot be read");
            return true;
        }
        ClamSession session;
        try (InputStream content = new Bounded(in, config.fileBytesMax().bytes())) {
            try {
                session = ClamSession.open(config.where().address(), config.connectTimeout());
            } catch (IOException | UnresolvedAddressException e) {
                tally.unscanned(
                        name + ": " + absent(e, clock.instant()).unscanned().getFirst());
                return false;
            }
            try (session) {
                judge(session.scan(content, config.answerTimeout()), name, tally);
            }
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            tally.unscanned(name + ": " + e.getMessage());
        }
        return true;
    }

    private static void judge(String answer, String name, Tally tally) {
        if (answer.equals("stream: OK")) {
            return;
        }
        if (answer.startsWith("stream: ") && answer.endsWith(" FOUND")) {
            tally.found(name + ": " + answer.substring("stream: ".length(), answer.length() - " FOUND".length()));
        } else {
            tally.unscanned(name + ": the scanner says \"" + shown(answer) + "\"");
        }
    }

    /** A file that grew while it was read is longer than it said. */
    private static final class Bounded extends InputStream {
        private final InputStream in;
        private long left;

        Bounded(InputStream in, long most) {
            this.in = in;
            this.left = most;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            int read = in.read(into, from, length);
            left -= Math.max(0, read);
            if (left < 0) {
                throw new IOException("it grew while it was read");
            }
            return read;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
