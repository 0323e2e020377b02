package packhorse.peer.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KeyUpdateTest {
    @TempDir
    Path dir;

    @Test
    void keysChangeUnderAConnectionThatIsBusyInBothDirections() throws Exception {
        assertTrue(keysChanged("both", "") > 150);
    }

    @Test
    void whoeverOnlyListensStillAnswersEachChangeOfKeys() throws Exception {
        // The sender's key is changed 96 times, and it hears of the listener's new one as often.
        long heard = keysChanged("one", "|channel-out-");
        assertTrue(heard > 80, heard + " answers");
    }

    private long keysChanged(String directions, String thread) throws Exception {
        Path log = dir.resolve("log");
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx256m",
                        "-Djavax.net.debug=ssl",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KeyUpdateMain.class.getName(),
                        dir.toString(),
                        directions)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertTrue(process.waitFor(120, TimeUnit.SECONDS), "it did not end");
        } finally {
            process.destroyForcibly();
        }
        String said = Files.readString(log);
        String end = said.substring(Math.max(0, said.length() - 2_000));
        assertEquals(
                0,
                process.exitValue(),
                () -> said.lines()
                        .filter(line ->
                                !line.startsWith("javax.net.ssl|") || line.contains("WARN") || line.contains("Fatal"))
                        .collect(Collectors.joining("\n")));
        assertTrue(end.contains("carried"), end);
        return said.lines()
                .filter(line -> line.contains("KeyUpdate: read key updated") && line.contains(thread))
                .count();
    }
}
