package packhorse.console.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import packhorse.console.change.BuildReport;
import packhorse.console.change.Finding;
import packhorse.console.intake.ScannerConfig.Where;
import packhorse.console.intake.ScriptedClamd.Fault;
import packhorse.core.UsageException;
import packhorse.core.topology.HostPort;
import packhorse.core.unit.ByteCount;

final class ScriptedScannerTest extends ScannerContract {
    private ScriptedClamd daemon;

    @BeforeEach
    void start() throws IOException {
        daemon = ScriptedClamd.tcp();
    }

    @AfterEach
    void stop() throws IOException {
        daemon.close();
    }

    @Override
    Where where() {
        return daemon.where();
    }

    private VirusScanner impatient(Where where) {
        return new VirusScanner(
                new ScannerConfig(
                        where,
                        Duration.ofMillis(300),
                        Duration.ofMillis(300),
                        new ByteCount(8 << 20),
                        Duration.ofDays(7)),
                InstantSource.fixed(NOW));
    }

    private Path content(int files) throws IOException {
        Path tree = Files.createDirectories(folder.resolve("content"));
        for (int i = 1; i <= files; i++) {
            Files.write(tree.resolve("f" + i), new byte[200]);
        }
        return tree;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SILENT | f2: it did not answer within PT0.3S",
                "CLOSES_BEFORE_IT_ANSWERS | f2: it closed the connection without an answer",
                "CLOSES_WITHIN_THE_FILE | f2: it closed the connection",
                "TALKS_WITHOUT_END | f2: its answer has more than 8192 bytes",
                "ANSWERS_HALF | f2: it closed the connection without an answer",
                "SAYS_NONSENSE | f2: the scanner says \"who knows [2J\"",
                "SAYS_ERROR | f2: the scanner says \"stream: Can't allocate memory ERROR\"",
                "SAYS_OK_OF_SOMETHING_ELSE | f2: the scanner says \"stream: OK, was it?\"",
            })
    void whateverGoesWrongIsNeverCleanAndOnlyThatFileIsLost(Fault fault, String line) throws IOException {
        daemon.fault = fault;
        daemon.faultFromFile = 1;
        BuildReport.Scan scan = impatient(daemon.where()).scan(content(2));
        assertEquals(1, scan.unscanned().size(), scan.unscanned()::toString);
        assertTrue(scan.unscanned().getFirst().startsWith(line), scan.unscanned()::toString);
        assertEquals(Finding.Answer.UNKNOWN, scan.finding().answer());
        assertTrue(
                scan.finding().text().contains("1 not scanned, first f2"),
                scan.finding().text());
    }

    @Test
    void aDaemonThatTakesNothingIsGivenUp() throws IOException {
        daemon.fault = Fault.READS_NOTHING;
        Path big = Files.write(folder.resolve("big"), new byte[7 << 20]);
        assertEquals(
                List.of("big: it took nothing more within PT0.3S"),
                impatient(daemon.where()).scan(big).unscanned());
    }

    @Test
    void aDaemonThatIsNotThereIsShownAndIsNoPass() throws IOException {
        Path content = content(1);
        Where gone = daemon.where();
        daemon.close();
        BuildReport.Scan scan = impatient(gone).scan(content);
        assertEquals(Optional.empty(), scan.scanner());
        assertEquals(List.of("not scanned: no daemon at " + gone + ": Connection refused"), scan.unscanned());
        assertEquals(Finding.Answer.UNKNOWN, scan.finding().answer());
        assertEquals(scan.unscanned().getFirst(), scan.finding().text());
        Where nowhere = new Where.Local(folder.resolve("none.ctl"));
        assertTrue(
                impatient(nowhere)
                        .scan(content)
                        .unscanned()
                        .getFirst()
                        .startsWith("not scanned: no daemon at " + nowhere),
                "a socket that is not there");
        Where unknown = new Where.Tcp(new HostPort("scanner.invalid", 3310));
        assertEquals(
                List.of("not scanned: no daemon at scanner.invalid:3310: its name is not known"),
                impatient(unknown).scan(content).unscanned());
    }

    @Test
    void aDaemonThatGoesAwayLeavesTheRestUnscanned() throws IOException {
        Path content = content(4);
        daemon.fault = Fault.SILENT;
        daemon.faultFromFile = 1;
        Thread killer = Thread.ofVirtual().start(() -> {
            while (daemon.files.get() < 2) {
                Thread.onSpinWait();
            }
            try {
                daemon.close();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        BuildReport.Scan scan = impatient(daemon.where()).scan(content);
        assertTrue(scan.unscanned().get(0).startsWith("f2: it "), scan.unscanned()::toString);
        assertTrue(scan.unscanned().get(1).startsWith("f3: not scanned: no daemon at"), scan.unscanned()::toString);
        assertEquals("1 more files after f3", scan.unscanned().get(2));
        assertTrue(killer.isVirtual());
    }

    @Test
    void somethingElseThatListensThereIsNoScanner() throws IOException {
        daemon.version = "SSH-2.0-OpenSSH_9.2";
        BuildReport.Scan scan = impatient(daemon.where()).scan(content(1));
        assertEquals(Optional.empty(), scan.scanner());
        assertTrue(
                scan.unscanned().getFirst().endsWith("it says it is \"SSH-2.0-OpenSSH_9.2\""),
                scan.unscanned()::toString);
    }

    @Test
    void oldSignaturesAreNoAnswerAndNewOnesAreDated() throws IOException {
        daemon.version = "ClamAV 1.4.6/27800/Sat Feb 28 08:44:00 2026";
        BuildReport.Scan fresh = impatient(daemon.where()).scan(content(1));
        assertEquals("ClamAV 1.4.6, signatures of 2026-02-28", fresh.scanner().orElseThrow());
        assertEquals(Finding.Answer.MET, fresh.finding().answer());
        daemon.version = "ClamAV 1.4.6/27700/Thu Jan  1 08:44:00 2026";
        BuildReport.Scan old = impatient(daemon.where()).scan(content(1));
        assertEquals(
                List.of("with newer signatures: these are 58 days old; run freshclam on the scanner's machine"),
                old.unscanned());
        assertEquals(Finding.Answer.UNKNOWN, old.finding().answer());
    }

    @Test
    void whatIsLongerThanTheScannerLooksAtIsNotSent() throws IOException {
        Path big = Files.write(folder.resolve("big"), new byte[(8 << 20) + 1]);
        assertEquals(
                List.of("big: 8388609 bytes; the scanner looks at 8388608"),
                impatient(daemon.where()).scan(big).unscanned());
        assertEquals(0, daemon.files.get());
    }

    @Test
    void manyFindingsAreCountedAndTheFirstAreNamed() throws IOException {
        Path tree = Files.createDirectories(folder.resolve("many"));
        for (int i = 0; i < VirusScanner.NAMED_MAX + 5; i++) {
            Files.write(tree.resolve("v" + i), Eicar.bytes());
        }
        BuildReport.Scan scan = impatient(daemon.where()).scan(tree);
        assertEquals(VirusScanner.NAMED_MAX + 1, scan.found().size());
        assertEquals("and 5 more", scan.found().getLast());
    }

    @Test
    void aNameThatIsNoTextIsShownAsText() throws IOException {
        Path odd = Files.write(folder.resolve("a\u001b[31m\n" + "b".repeat(150)), Eicar.bytes());
        String found = impatient(daemon.where()).scan(odd).found().getFirst();
        assertTrue(found.startsWith("a [31m bbb"), found);
        assertTrue(found.length() <= 200, found);
    }

    @Test
    void anInterruptEndsIt() throws IOException {
        daemon.fault = Fault.SILENT;
        Path content = content(1);
        VirusScanner patient = new VirusScanner(ScannerConfig.at(daemon.where()), InstantSource.fixed(NOW));
        Thread.currentThread().interrupt();
        assertThrows(InterruptedIOException.class, () -> patient.scan(content));
        assertTrue(Thread.interrupted());
    }

    @Test
    void nothingToScanIsAnError() {
        assertThrows(UsageException.class, () -> impatient(daemon.where()).scan(folder.resolve("none")));
    }

    @Test
    void anAddressIsAPathOrAHostWithAPort() {
        assertEquals(
                "/run/clamav/clamd.ctl", Where.parse("/run/clamav/clamd.ctl").toString());
        assertEquals(
                "scan.example.org:4000", Where.parse("scan.example.org:4000").toString());
        assertThrows(IllegalArgumentException.class, () -> Where.parse("127.0.0.1"));
        assertThrows(IllegalArgumentException.class, () -> Where.parse("run/clamd ctl"));
    }
}
