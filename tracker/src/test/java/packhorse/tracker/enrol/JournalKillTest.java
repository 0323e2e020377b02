package packhorse.tracker.enrol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.Sha256;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.topology.EndpointId;
import packhorse.tracker.enrol.EnrolmentJournal.Change;
import packhorse.tracker.enrol.JournalEntry.Certified;
import packhorse.tracker.enrol.JournalEntry.Denied;
import packhorse.tracker.enrol.JournalEntry.TokenIssued;

/**
 * Processes that use tokens and deny endpoints are killed at random moments, two at a time on one journal. Whatever they said was done is
 * there afterwards, and no token was used twice. {@code -Dpackhorse.journal.kills=N} runs more rounds.
 */
@Timeout(300)
final class JournalKillTest {
    private static final int ROUNDS = Integer.getInteger("packhorse.journal.kills", 6);
    private static final int TOKENS = 60;
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    @TempDir
    private Path directory = Path.of("");

    @Test
    void killedWritersLoseNothingTheyAcknowledgedAndUseNoTokenTwice() throws Exception {
        long first = Long.getLong("packhorse.seed", System.nanoTime());
        System.out.println("journal kills: seed " + first + " (-Dpackhorse.seed=" + first + "), " + ROUNDS + " rounds");
        RandomGenerator random = RandomGeneratorFactory.of("Xoshiro256PlusPlus").create(first);
        Path file = directory.resolve("journal");
        EnrolmentJournal.create(file);
        Map<String, BigInteger> used = new HashMap<>();
        Map<EndpointId, Long> denied = new HashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            long seed = random.nextLong();
            List<Process> writers = List.of(
                    java(Writer.class, file.toString(), Integer.toString(round), Long.toString(seed)),
                    java(Writer.class, file.toString(), Integer.toString(round), Long.toString(~seed)));
            List<CompletableFuture<List<String>>> said = writers.stream()
                    .map(writer -> linesUntilKilled(writer, 1 + random.nextInt(TOKENS)))
                    .toList();
            for (int i = 0; i < writers.size(); i++) {
                writers.get(i).waitFor();
                for (String line : said.get(i).join()) {
                    take(line, used, denied);
                }
            }
            if (random.nextInt(3) == 0) {
                Files.write(
                        file,
                        Arrays.copyOf(JournalCodec.encode(denial(Long.MAX_VALUE)), random.nextInt(80)),
                        StandardOpenOption.APPEND);
            }
            check(file, used, denied);
        }
        assertTrue(used.size() > ROUNDS, "too little happened: " + used.size() + " tokens were used");
    }

    private static void take(String line, Map<String, BigInteger> used, Map<EndpointId, Long> denied) {
        String[] words = line.split(" ", -1);
        if (words[0].equals("used")) {
            BigInteger before = used.put(words[1], new BigInteger(words[2]));
            assertTrue(before == null, () -> words[1] + " was acknowledged twice");
        } else if (words[0].equals("denied")) {
            denied.put(EndpointId.parse(words[1]), Long.parseLong(words[2]));
        } else {
            throw new AssertionError(line);
        }
    }

    private static void check(Path file, Map<String, BigInteger> used, Map<EndpointId, Long> denied) {
        EnrolmentJournal journal = EnrolmentJournal.open(file, System::nanoTime);
        used.forEach((token, serial) -> assertEquals(
                Optional.of(serial), journal.look(books -> books.usedFor(token).map(Certified::serial)), token));
        assertTrue(journal.denyList().endpoints().containsAll(denied.keySet()), "a denial was lost");
        assertTrue(
                denied.values().stream()
                        .allMatch(revision -> revision <= journal.denyList().revision()),
                "a revision was lost");
    }

    private static Denied denial(long random) {
        byte[] id = new byte[EndpointId.LENGTH_BYTES];
        java.nio.ByteBuffer.wrap(id).putLong(random);
        return new Denied(NOW, 1, Optional.of(EndpointId.ofBytes(id)), Optional.empty());
    }

    /** All the process said, which is killed when it has said {@code lines} lines; it works on while it is killed. */
    private static CompletableFuture<List<String>> linesUntilKilled(Process process, int lines) {
        return CompletableFuture.supplyAsync(() -> {
            List<String> whole = new ArrayList<>();
            try (BufferedReader in =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII))) {
                StringBuilder line = new StringBuilder();
                for (int c = in.read(); c >= 0; c = in.read()) {
                    if (c != '\n') {
                        line.append((char) c);
                        continue;
                    }
                    whole.add(line.toString());
                    line.setLength(0);
                    if (whole.size() == lines) {
                        process.toHandle().destroyForcibly(); // which leaves the pipe open
                    }
                }
                return whole;
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    static Process java(Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Uses tokens that another writer uses too, denies endpoints, compacts now and then, and says what is done. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) {
            RandomGenerator random =
                    RandomGeneratorFactory.of("Xoshiro256PlusPlus").create(Long.parseLong(arguments[2]));
            EnrolmentJournal journal = EnrolmentJournal.open(Path.of(arguments[0]), System::nanoTime);
            for (int i = 0; i < TOKENS; i++) {
                String token = "r" + arguments[1] + "t" + i;
                BigInteger serial = BigInteger.valueOf(1 + random.nextInt(Integer.MAX_VALUE));
                boolean mine = journal.update(books -> use(books, token, serial, random));
                if (mine) {
                    say("used " + token + " " + serial);
                }
                if (random.nextInt(4) == 0) {
                    Denied made = journal.update(books -> {
                        Denied next = new Denied(
                                NOW,
                                books.revision() + 1,
                                denial(random.nextLong()).endpoint(),
                                Optional.empty());
                        return new Change<>(List.of(next), next);
                    });
                    say("denied " + made.endpoint().orElseThrow() + " " + made.revision());
                }
                if (random.nextInt(16) == 0) {
                    journal.compact(NOW, 0);
                }
            }
        }

        private static Change<Boolean> use(Books books, String token, BigInteger serial, RandomGenerator random) {
            if (books.usedFor(token).isPresent()) {
                return Change.none(false);
            }
            EndpointId endpoint = denial(random.nextLong()).endpoint().orElseThrow();
            return new Change<>(
                    List.of(
                            new TokenIssued(
                                    NOW,
                                    token,
                                    Sha256.of(new byte[0]),
                                    "north",
                                    DeploymentRole.AGENT,
                                    List.of(),
                                    Optional.empty(),
                                    NOW.plusSeconds(3600)),
                            new Certified(
                                    NOW,
                                    endpoint,
                                    DeploymentRole.AGENT,
                                    "north",
                                    List.of(),
                                    serial,
                                    Sha256.of(new byte[0]),
                                    NOW.plusSeconds(86400),
                                    Optional.of(token),
                                    Optional.of("QUJD"))),
                    true);
        }

        private static void say(String line) {
            System.out.println(line);
            System.out.flush();
        }
    }
}
