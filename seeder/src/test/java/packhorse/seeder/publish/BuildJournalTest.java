package packhorse.seeder.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Version;
import packhorse.core.durable.DurableFiles;
import packhorse.seeder.build.BuiltContent;
import packhorse.seeder.build.ContentBuilder;
import packhorse.seeder.build.ContentSink;
import packhorse.seeder.build.Progress;
import packhorse.seeder.build.SourcePlan;
import packhorse.seeder.build.SourceScanner;

/** What a pass came to, kept for the next attempt. */
final class BuildJournalTest {
    private static final ReleaseId ID = new ReleaseId(ReleaseName.parse("acme/app"), Version.parse("1"), Platform.ANY);

    @TempDir
    Path dir;

    @Test
    void aPassThatIsWrittenDownIsOnTheDiskNameAndAll() throws Exception {
        Path source = Files.writeString(dir.resolve("app"), "content");
        SourcePlan plan = SourceScanner.scan(source, false);
        BuiltContent built = ContentBuilder.build(plan, ContentSink.none(), dir.resolve("files"), Progress.none());
        Path journal = dir.resolve("journal");
        List<String> steps = new ArrayList<>();
        BuildJournal.write(new DurableFiles(steps::add), journal, plan.digest(), ID, built);
        assertEquals(
                List.of(
                        "write " + journal + ".new",
                        "flush " + journal + ".new",
                        "rename " + journal,
                        "flush the directory of " + journal),
                steps);
        assertEquals(
                Optional.of(built.hashes().sha256()),
                BuildJournal.read(journal, plan.digest())
                        .map(read -> read.hashes().sha256()));
        assertEquals(Optional.empty(), BuildJournal.read(journal, Sha256.of(new byte[1])), "of another source");
        byte[] whole = Files.readAllBytes(journal);
        for (int length = 0; length < whole.length; length++) {
            Files.write(journal, java.util.Arrays.copyOf(whole, length));
            assertEquals(Optional.empty(), BuildJournal.read(journal, plan.digest()), "cut at " + length);
        }
    }
}
