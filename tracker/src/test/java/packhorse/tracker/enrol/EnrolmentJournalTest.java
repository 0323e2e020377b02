package packhorse.tracker.enrol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.math.BigInteger;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.content.Sha256;
import packhorse.core.identity.DenyList;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.testing.Cases;
import packhorse.core.topology.EndpointId;
import packhorse.tracker.enrol.EnrolmentJournal.Change;
import packhorse.tracker.enrol.JournalEntry.Certified;
import packhorse.tracker.enrol.JournalEntry.Denied;
import packhorse.tracker.enrol.JournalEntry.TokenIssued;

/** The books: several writers, torn lines, damage, and the live deny-list. */
final class EnrolmentJournalTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final List<DeploymentRole> ROLES = List.of(DeploymentRole.AGENT, DeploymentRole.TRACKER);

    @TempDir
    private Path directory = Path.of("");

    private Path file;

    @BeforeEach
    void create() {
        file = directory.resolve("journal");
        EnrolmentJournal.create(file);
    }

    private EnrolmentJournal open() {
        return EnrolmentJournal.open(file, System::nanoTime);
    }

    static EndpointId endpoint(RandomGenerator random) {
        return EndpointId.ofBytes(Cases.bytes(random, EndpointId.LENGTH_BYTES));
    }

    static JournalEntry entry(RandomGenerator random) {
        Instant at = NOW.plusSeconds(random.nextInt(1_000_000));
        List<String> names = List.of("a.example.org", "192.0.2.1").subList(0, random.nextInt(3));
        return switch (random.nextInt(4)) {
            case 0 ->
                new TokenIssued(
                        at,
                        "token" + random.nextLong(),
                        Sha256.of(Cases.bytes(random, 32)),
                        "north",
                        ROLES.get(random.nextInt(ROLES.size())),
                        names,
                        random.nextBoolean() ? Optional.of(endpoint(random)) : Optional.empty(),
                        at.plusSeconds(3600));
            case 1 -> new Denied(at, 1 + random.nextInt(1000), Optional.of(endpoint(random)), Optional.empty());
            case 2 ->
                new Denied(
                        at,
                        1 + random.nextInt(1000),
                        Optional.empty(),
                        Optional.of(BigInteger.valueOf(1 + random.nextInt(1 << 30))));
            default -> {
                boolean joined = random.nextBoolean();
                yield new Certified(
                        at,
                        endpoint(random),
                        ROLES.get(random.nextInt(ROLES.size())),
                        "south-2",
                        names,
                        new BigInteger(1, Cases.bytes(random, 16)).add(BigInteger.ONE),
                        Sha256.of(Cases.bytes(random, 32)),
                        at.plusSeconds(86400),
                        joined ? Optional.of("t" + random.nextLong()) : Optional.empty(),
                        joined ? Optional.of("QUJD") : Optional.empty());
            }
        };
    }

    private static void append(EnrolmentJournal journal, JournalEntry entry) {
        var unused = journal.update(books -> new Change<>(List.of(entry), true));
    }

    private static JournalEntry deny(EndpointId id, long revision) {
        return new Denied(NOW, revision, Optional.of(id), Optional.empty());
    }

    @Test
    void everyEntryReadsBackAsItWasWritten() {
        Cases.run(500, random -> {
            JournalEntry entry = entry(random);
            byte[] line = JournalCodec.encode(entry);
            JournalCodec.Read read = JournalCodec.read(line, false);
            assertEquals(List.of(entry), read.entries());
            assertEquals(line.length, read.length());
        });
    }

    @Test
    void noTurnedBitOfALinePassesForAnEntry() {
        Cases.run(2000, random -> {
            byte[] line = JournalCodec.encode(entry(random));
            byte[] bad = Cases.withFlippedBit(line, random.nextInt(line.length * 8));
            assertEquals(List.of(), JournalCodec.read(bad, false).entries());
        });
    }

    @Test
    void aTornEndIsCutOffByTheNextWriterAndNothingBeforeIt() {
        Cases.run(100, random -> {
            Path torn = directory.resolve("torn" + random.nextLong());
            EnrolmentJournal.create(torn);
            try {
                EnrolmentJournal journal = EnrolmentJournal.open(torn, System::nanoTime);
                EndpointId kept = endpoint(random);
                append(journal, deny(kept, 1));
                byte[] whole = Files.readAllBytes(torn);
                byte[] line = JournalCodec.encode(deny(endpoint(random), 2));
                byte[] part = Arrays.copyOf(line, random.nextInt(line.length));
                if (random.nextInt(4) == 0 && part.length > 0) {
                    Arrays.fill(part, random.nextInt(part.length), part.length, (byte) 0);
                }
                Files.write(torn, part, StandardOpenOption.APPEND);
                EnrolmentJournal after = EnrolmentJournal.open(torn, System::nanoTime);
                assertEquals(1, after.denyList().revision());
                assertEquals(java.util.Set.of(kept), after.denyList().endpoints());
                assertArrayEquals(whole, Files.readAllBytes(torn));
                append(after, deny(endpoint(random), 2));
                journal.refresh();
                assertEquals(2, journal.denyList().revision());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void aBrokenLineBeforeWholeOnesIsDamageAndNothingIsCut() throws IOException {
        EnrolmentJournal journal = open();
        Cases.run(3, random -> append(journal, deny(endpoint(random), random.nextInt(9) + 1)));
        byte[] bytes = Files.readAllBytes(file);
        bytes[JournalCodec.header().length + 20] ^= 1;
        Files.write(file, bytes);
        UsageException fault = assertThrows(UsageException.class, this::open);
        assertTrue(String.valueOf(fault.getMessage()).contains("is damaged"), fault.getMessage());
        assertTrue(String.valueOf(fault.getMessage()).contains("backup"), fault.getMessage());
        assertArrayEquals(bytes, Files.readAllBytes(file));
        Files.writeString(file, "something else\n");
        assertThrows(UsageException.class, this::open);
        assertThrows(UsageException.class, () -> EnrolmentJournal.open(directory.resolve("none"), System::nanoTime));
    }

    @Test
    void whatAnotherWriterDeniesIsSeenAndTold() {
        EnrolmentJournal tracker = open();
        EnrolmentJournal command = open();
        DenyList list = tracker.denyList();
        AtomicInteger told = new AtomicInteger();
        list.onChange(told::incrementAndGet);
        Cases.run(1, random -> {
            EndpointId bad = endpoint(random);
            append(command, deny(bad, 1));
            assertFalse(list.denied(bad, BigInteger.ONE));
            tracker.refresh();
            assertTrue(list.denied(bad, BigInteger.ONE));
            assertEquals(1, told.get());
            tracker.refresh();
            assertEquals(1, told.get(), "once for each change");
            append(tracker, deny(endpoint(random), 2));
            assertEquals(2, told.get());
            assertEquals(
                    2, command.update(books -> Change.none(books.revision())).longValue());
        });
    }

    @Test
    void aHalfWrittenLineOfAnotherIsLeftAlone() throws IOException {
        EnrolmentJournal reader = open();
        byte[] line = JournalCodec.encode(deny(EndpointId.ofBytes(new byte[16]), 1));
        try (RandomAccessFile other = new RandomAccessFile(file.toFile(), "rw")) {
            other.seek(other.length());
            other.write(line, 0, 30);
            reader.refresh();
            assertEquals(0, reader.denyList().revision());
            other.write(line, 30, line.length - 30);
            reader.refresh();
            assertEquals(1, reader.denyList().revision());
        }
    }

    @Test
    void aRewrittenJournalSaysTheSameAndOthersNotice() throws IOException {
        EnrolmentJournal journal = open();
        EnrolmentJournal other = open();
        EndpointId machine = EndpointId.ofBytes(new byte[16]);
        append(
                journal,
                new TokenIssued(
                        NOW,
                        "old",
                        Sha256.of(new byte[1]),
                        "north",
                        DeploymentRole.AGENT,
                        List.of(),
                        Optional.empty(),
                        NOW.plusSeconds(10)));
        append(
                journal,
                new TokenIssued(
                        NOW,
                        "open",
                        Sha256.of(new byte[1]),
                        "north",
                        DeploymentRole.AGENT,
                        List.of(),
                        Optional.empty(),
                        NOW.plusSeconds(9999)));
        append(journal, certified(machine, 1, Optional.of("open")));
        for (int i = 2; i < 200; i++) {
            append(journal, certified(machine, i, Optional.empty()));
        }
        append(journal, deny(EndpointId.parse("f".repeat(32)), 1));
        other.refresh();
        long before = Files.size(file);
        journal.compact(NOW.plusSeconds(100), Long.MAX_VALUE);
        assertEquals(before, Files.size(file), "too short to be worth it");
        journal.compact(NOW.plusSeconds(100), 0);
        assertTrue(Files.size(file) < before / 20);
        append(journal, deny(EndpointId.parse("e".repeat(32)), 2));
        other.refresh();
        for (EnrolmentJournal one : List.of(journal, other, open())) {
            assertEquals(2, one.denyList().revision());
            assertEquals(
                    BigInteger.valueOf(199),
                    one.look(books -> books.machine(machine).orElseThrow().serial()));
            assertEquals(
                    Optional.of(BigInteger.ONE),
                    one.look(books -> books.usedFor("open").map(Certified::serial)));
            assertEquals(Optional.empty(), one.look(books -> books.token("old")));
        }
    }

    private static Certified certified(EndpointId machine, int serial, Optional<String> token) {
        return new Certified(
                NOW,
                machine,
                DeploymentRole.AGENT,
                "north",
                List.of(),
                BigInteger.valueOf(serial),
                Sha256.of(new byte[] {(byte) serial}),
                NOW.plusSeconds(86400),
                token,
                token.map(unused -> "QUJD"));
    }

    @Test
    void aTokenIsWrittenAsADigestOnly() throws IOException {
        Enrolment world = new Enrolment(directory.resolve("world"));
        var token = world.token();
        String written = Files.readString(directory.resolve("world/journal"), StandardCharsets.UTF_8);
        assertTrue(written.contains(token.id()));
        assertFalse(written.contains(token.secret()));
    }

    @Test
    void whoWaitsTenSecondsForAnotherProcessGivesUpWithALine() throws Exception {
        AtomicLong nanos = new AtomicLong();
        EnrolmentJournal journal = EnrolmentJournal.open(file, () -> nanos.addAndGet(1_000_000_000L));
        Process other = LockHolder.start(file.resolveSibling("journal.lock"));
        try {
            OperationException fault = assertThrows(
                    OperationException.class, () -> append(journal, deny(EndpointId.parse("f".repeat(32)), 1)));
            assertTrue(String.valueOf(fault.getMessage()).contains("another process"), fault.getMessage());
            journal.refresh();
        } finally {
            other.destroyForcibly().waitFor();
        }
        append(journal, deny(EndpointId.parse("f".repeat(32)), 1));
    }

    /** Another process that holds a lock until it is killed. */
    static final class LockHolder {
        private LockHolder() {}

        static Process start(Path lock) throws IOException {
            Process process = JournalKillTest.java(LockHolder.class, lock.toString());
            assertEquals('!', process.getInputStream().read());
            return process;
        }

        public static void main(String[] arguments) throws IOException {
            try (FileChannel channel = FileChannel.open(
                            Path.of(arguments[0]), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                System.out.print(lock.isValid() ? '!' : '?');
                System.out.flush();
                var unused = System.in.read();
            }
        }
    }
}
