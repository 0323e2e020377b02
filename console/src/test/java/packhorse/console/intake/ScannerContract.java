package packhorse.console.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.console.change.BuildReport;
import packhorse.console.change.Finding;
import packhorse.console.intake.ScannerConfig.Where;

/** What holds of every daemon, the real one and the scripted one. It takes a stream of at most 1 MiB. */
abstract class ScannerContract {
    static final Instant NOW = Instant.parse("2026-03-01T08:00:00Z");

    @TempDir
    Path folder;

    abstract Where where();

    private BuildReport.Scan scan(Path content) throws IOException {
        return new VirusScanner(ScannerConfig.at(where()), InstantSource.fixed(NOW)).scan(content);
    }

    private Path file(String name, byte[] bytes) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.write(file, bytes);
    }

    @Test
    void aFileWithNothingInItIsClean() throws IOException {
        for (int bytes : new int[] {0, 1, ClamSession.CHUNK_BYTES, ClamSession.CHUNK_BYTES + 1, 1 << 20}) {
            BuildReport.Scan scan = scan(file("clean", new byte[bytes]));
            assertEquals(List.of(), scan.found());
            assertEquals(List.of(), scan.unscanned());
            assertEquals(Finding.Answer.MET, scan.finding().answer());
            assertEquals(NOW, scan.at());
            assertTrue(
                    scan.scanner().orElseThrow().matches("ClamAV \\d+\\.\\d+.*, signatures of unknown age"),
                    scan.scanner().toString());
        }
    }

    @Test
    void aVirusIsFoundWhereverItIs() throws IOException {
        file("tree/a/clean", new byte[10]);
        file("tree/b/virus.com", Eicar.bytes());
        file("tree/z", new byte[10]);
        BuildReport.Scan scan = scan(folder.resolve("tree"));
        assertEquals(List.of("b/virus.com: Eicar-Test-Signature.UNOFFICIAL"), scan.found());
        assertEquals(List.of(), scan.unscanned());
        assertEquals(Finding.Answer.NOT_MET, scan.finding().answer());
        assertEquals(
                List.of("virus.com: Eicar-Test-Signature.UNOFFICIAL"),
                scan(folder.resolve("tree/b/virus.com")).found());
    }

    @Test
    void aVirusBehindTheFirstChunkIsFound() throws IOException {
        byte[] bytes = new byte[3 * ClamSession.CHUNK_BYTES];
        System.arraycopy(Eicar.bytes(), 0, bytes, ClamSession.CHUNK_BYTES - 20, Eicar.bytes().length);
        assertEquals(1, scan(file("late", bytes)).found().size());
    }

    @Test
    void whatTheDaemonTakesNotWholeIsNotScannedAndTheRestIs() throws IOException {
        file("tree/1", new byte[3 << 20]);
        file("tree/2", Eicar.bytes());
        BuildReport.Scan scan = scan(folder.resolve("tree"));
        assertEquals(List.of("2: Eicar-Test-Signature.UNOFFICIAL"), scan.found());
        assertEquals(1, scan.unscanned().size(), scan.unscanned()::toString);
        assertTrue(
                scan.unscanned().getFirst().startsWith("1: the scanner says \"INSTREAM size limit exceeded")
                        || scan.unscanned().getFirst().startsWith("1: it closed the connection"),
                scan.unscanned()::toString);
        Files.delete(folder.resolve("tree/2"));
        assertEquals(
                Finding.Answer.UNKNOWN, scan(folder.resolve("tree")).finding().answer());
    }

    @Test
    void linksAreNotFollowed() throws IOException {
        Path virus = file("virus.com", Eicar.bytes());
        file("tree/clean", new byte[3]);
        Files.createSymbolicLink(folder.resolve("tree/link"), virus);
        assertEquals(List.of(), scan(folder.resolve("tree")).found());
        assertEquals(
                List.of("link: it is no file and no directory"),
                scan(folder.resolve("tree/link")).unscanned());
    }

    /** A zip with the virus in it, which only a real scanner opens. */
    Optional<BuildReport.Scan> scanOfAnArchive() throws IOException {
        Path zip = folder.resolve("archive.zip");
        try (OutputStream out = Files.newOutputStream(zip);
                ZipOutputStream archive = new ZipOutputStream(out)) {
            archive.putNextEntry(new ZipEntry("inner/virus.com"));
            archive.write(Eicar.bytes());
            archive.closeEntry();
        }
        return Optional.of(scan(zip));
    }
}
