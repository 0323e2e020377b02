package packhorse.peer.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KeyUpdateTest {
    @TempDir
    Path dir;

    @Test
    void keysChangeUnderAConnectionThatIsBusyInBothDirections() throws Exception {
        assertTrue(keysChanged("both") > 150);
    }

    @Test
    void whoeverOnlyListensStillAnswersEachChangeOfKeys() throws Exception {
        // 96 times the sender's key, and as often the listener's, which sends nothing of its own.
        long changed = keysChanged("one");
        assertTrue(changed > 150, changed + " keys changed");
    }

    private long keysChanged(String directions) throws Exception {
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
        assertEquals(0, process.exitValue(), end);
        assertTrue(end.contains("carried"), end);
        return said.lines()
                .filter(line -> line.contains("KeyUpdate: read key updated"))
                .count();
    }
}
