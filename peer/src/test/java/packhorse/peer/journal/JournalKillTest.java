package packhorse.peer.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.state.StatusEntry;

/** A process that keeps a journal is killed at random moments; what it said to have written is there, once, under its name. */
class JournalKillTest {
    private static final int ROUNDS = Integer.getInteger("journal.kills", 6);

    @TempDir
    Path directory;

    @Test
    void losesNothingItSaidToHaveWrittenAndGivesNoSequenceTwice() throws Exception {
        long seed = Long.getLong("packhorse.seed", 20261121);
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Map<Long, String> written = new HashMap<>();
        String number = "";
        for (int round = 0; round < ROUNDS; round++) {
            Process process = start();
            int lines = 1 + random.nextInt(120);
            try (BufferedReader out = process.inputReader()) {
                String first = String.valueOf(out.readLine());
                String[] open = first.split(" ", -1);
                assertEquals("OPEN", open[0], first);
                assertTrue(number.isEmpty() || number.equals(open[1]), "the journal keeps its number");
                number = open[1];
                for (int i = 0; i < lines; i++) {
                    take(String.valueOf(out.readLine()), written);
                }
                process.toHandle().destroyForcibly();
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    if (line.matches("WROTE \\d+ a\\d+|STORED \\d+")) {
                        take(line, written);
                    }
                }
            }
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            try (ReportJournal journal = ReportJournal.open(directory, random)) {
                List<StatusEntry> kept = journal.after(0, 0, Integer.MAX_VALUE).entries();
                for (StatusEntry entry : kept) {
                    assertEquals(
                            written.getOrDefault(entry.sequence(), entry.action()),
                            entry.action(),
                            "one name, one report");
                    written.put(entry.sequence(), entry.action());
                }
                assertEquals(
                        written.size(),
                        kept.isEmpty() ? journal.oldest() - 1 : kept.getLast().sequence());
            }
        }
        assertEquals(written.size(), written.values().stream().distinct().count(), "no report comes twice");
    }

    private static void take(String line, Map<Long, String> written) {
        String[] words = line.split(" ", -1);
        if (words[0].equals("WROTE")) {
            String before = written.putIfAbsent(Long.parseLong(words[1]), words[2]);
            assertTrue(before == null || before.equals(words[2]), "sequence " + words[1] + " is given twice");
        } else {
            assertEquals("STORED", words[0], line);
        }
    }

    private Process start() throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx96m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        JournalWriterMain.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
