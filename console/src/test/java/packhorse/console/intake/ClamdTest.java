package packhorse.console.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.console.intake.ScannerConfig.Where;
import packhorse.core.testing.OutsideProgram;
import packhorse.core.topology.HostPort;

/** ClamAV's own daemon, Debian's {@code clamav-daemon}, with a database of one signature. */
final class ClamdTest extends ScannerContract {
    @TempDir
    static Path home;

    private static @Nullable Process daemon;
    private static int port;

    @BeforeAll
    static void start() throws IOException {
        String clamd = OutsideProgram.require("clamd").toString();
        Files.createDirectories(home.resolve("db"));
        Files.createDirectories(home.resolve("tmp"));
        Files.writeString(home.resolve("db/test.ndb"), Eicar.signature());
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path config = Files.writeString(
                home.resolve("clamd.conf"),
                String.join(
                        "\n",
                        List.of(
                                "Foreground yes",
                                "LocalSocket " + home.resolve("clamd.ctl"),
                                "TCPAddr 127.0.0.1",
                                "TCPSocket " + port,
                                "DatabaseDirectory " + home.resolve("db"),
                                "TemporaryDirectory " + home.resolve("tmp"),
                                "StreamMaxLength 1M",
                                "MaxThreads 2",
                                "")));
        File log = home.resolve("log").toFile();
        Process started = new ProcessBuilder(clamd, "--config-file=" + config)
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
        daemon = started;
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
            if (!started.isAlive()) {
                throw new AssertionError("clamd ended: " + Files.readString(log.toPath()));
            }
            return new VirusScanner(
                            ScannerConfig.at(new Where.Local(home.resolve("clamd.ctl"))), InstantSource.system())
                    .scan(config)
                    .scanner()
                    .isPresent();
        });
    }

    @AfterAll
    static void stop() throws InterruptedException {
        Process started = daemon;
        if (started != null) {
            started.destroy();
            assertTrue(started.waitFor(30, TimeUnit.SECONDS));
        }
    }

    @Override
    Where where() {
        return new Where.Local(home.resolve("clamd.ctl"));
    }

    @Test
    void aVirusInAnArchiveIsFound() throws IOException {
        assertEquals(
                List.of("archive.zip: Eicar-Test-Signature.UNOFFICIAL"),
                scanOfAnArchive().orElseThrow().found());
    }

    @Test
    void itIsReachedByItsPortToo() throws IOException {
        Path virus = Files.write(folder.resolve("virus.com"), Eicar.bytes());
        Where tcp = new Where.Tcp(new HostPort("127.0.0.1", port));
        assertEquals(
                1,
                new VirusScanner(ScannerConfig.at(tcp), InstantSource.system())
                        .scan(virus)
                        .found()
                        .size());
    }
}
