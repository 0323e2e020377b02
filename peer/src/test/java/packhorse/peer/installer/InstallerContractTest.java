package packhorse.peer.installer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.peer.installer.engine.InstallerSettings;

/** What every {@link Installer} keeps to, wherever its engine runs. */
final class InstallerContractTest {
    /** Where the engine runs. */
    enum Kind {
        PROCESS,
        THREAD
    }

    @TempDir
    Path dir;

    private final Heard heard = new Heard();
    private AgentData agent;
    private InstallerSettings settings;

    @BeforeEach
    void found() throws IOException {
        agent = AgentData.found(dir.resolve("agent"), Instant.parse("2026-11-21T12:00:00Z"));
        settings = agent.settings(Files.createDirectories(dir.resolve("installer")), Path.of("/"));
    }

    @AfterEach
    void close() {
        agent.close();
    }

    private Installer start(Kind kind) {
        return switch (kind) {
            case PROCESS -> InstallerProcessTest.start(settings, agent.root(), heard);
            case THREAD -> new ThreadInstaller(settings, agent.root(), agent::now, StepEngine::new, heard);
        };
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void everyTaskIsDoneOnceHoweverOftenItIsSaid(Kind kind) {
        try (Installer installer = start(kind)) {
            assertEquals(
                    List.of(), heard.await(report -> report.revision() == 0).tasks());
            installer.tasks(1, List.of(StepEngine.task("a", 3)));
            assertTrue(heard.awaitEnd(1, "a").ended());
            installer.tasks(1, List.of(StepEngine.task("a", 3)));
            installer.tasks(2, List.of(StepEngine.task("a", 3), StepEngine.task("b", 1)));
            assertTrue(heard.awaitEnd(2, "b").ended());
            assertEquals(
                    List.of(
                            "begun a 1",
                            "done a 1",
                            "begun a 2",
                            "done a 2",
                            "begun a 3",
                            "done a 3",
                            "begun b 1",
                            "done b 1"),
                    StepEngine.steps(settings.data()));
            assertEquals(2, heard.reports.getLast().lines().size());
            assertEquals(
                    Optional.of("nothing is confined"), heard.reports.getLast().unconfined());
            assertFalse(heard.progress.isEmpty());
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void whatIsLeftOutIsNotReportedAnyMoreAndALookIsAnswered(Kind kind) {
        try (Installer installer = start(kind)) {
            installer.tasks(7, List.of(StepEngine.task("a", 1)));
            assertTrue(heard.awaitEnd(7, "a").ended());
            installer.tasks(8, List.of());
            assertEquals(
                    List.of(), heard.await(report -> report.revision() == 8).tasks());
            int before = heard.reports.size();
            installer.look();
            Awaitility.await().atMost(Duration.ofSeconds(90)).until(() -> heard.reports.size() > before);
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void onceClosedItsStepsHaveEndedAndNothingIsTold(Kind kind) {
        Installer installer = start(kind);
        installer.tasks(1, List.of(StepEngine.task("a", 2)));
        assertTrue(heard.awaitEnd(1, "a").ended());
        installer.close();
        int told = heard.reports.size();
        installer.tasks(2, List.of(StepEngine.task("b", 1)));
        installer.look();
        installer.close();
        assertEquals(told, heard.reports.size());
        assertEquals(List.of(), heard.deaths);
        // The next one finds what this one did.
        try (Installer next = start(kind)) {
            next.tasks(3, List.of(StepEngine.task("a", 3)));
            assertTrue(heard.awaitEnd(3, "a").ended());
            assertEquals(6, StepEngine.steps(settings.data()).size());
        }
    }
}
