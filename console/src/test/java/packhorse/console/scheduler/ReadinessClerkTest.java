package packhorse.console.scheduler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.console.change.Finding;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Stored;
import packhorse.console.wave.DeploymentState;
import packhorse.console.wave.Readiness;

final class ReadinessClerkTest {
    @TempDir
    Path folder;

    private Theatre theatre(Finding.Answer answer) {
        Theatre theatre = new Theatre(
                Theatre.embedded(folder),
                Theatre.plan(),
                Theatre.SALES,
                Theatre.in(DeploymentState.STAGED, Theatre.plan()));
        theatre.fleet.answer = answer;
        return theatre;
    }

    private static Stored<Readiness> report(Theatre.Console console) {
        return console.read(pages -> pages.get(Kinds.READINESS, Theatre.ID.toString()));
    }

    private static long told(Theatre.Console console, String what) {
        return console.told().stream().filter(line -> line.contains(what)).count();
    }

    @Test
    void whatIsReadyIsFoundReadyAndAnnouncedWithoutAnybody() {
        try (Theatre theatre = theatre(Finding.Answer.MET)) {
            Theatre.Console console = theatre.console();
            console.scheduler.tick();
            assertEquals(DeploymentState.NOTIFIED, console.deployment().state());
            assertTrue(report(console).value().ready());
            assertEquals(1, told(console, "is ready and begins soon"));
        }
    }

    @Test
    void whatIsKnownToBeNotSoSendsItBackAtOnce() {
        try (Theatre theatre = theatre(Finding.Answer.NOT_MET)) {
            Theatre.Console console = theatre.console();
            console.scheduler.tick();
            assertEquals(DeploymentState.PLANNED, console.deployment().state());
            assertEquals(1, told(console, "is not ready"));
        }
    }

    @Test
    void whatOnlyPeopleCanLookAtWaitsForThemAndGoesOnWhenTheyHave() {
        try (Theatre theatre = theatre(Finding.Answer.UNKNOWN)) {
            Theatre.Console console = theatre.console();
            console.scheduler.tick();
            assertEquals(DeploymentState.READINESS, console.deployment().state());
            long version = report(console).version();
            theatre.clock.pass(Duration.ofSeconds(10));
            console.scheduler.tick();
            assertEquals(version, report(console).version(), "it is not looked at with each look");
            theatre.clock.pass(ReadinessClerk.AGAIN);
            console.scheduler.tick();
            assertEquals(version + 1, report(console).version());
            assertEquals(1, told(console, "waits for people to look"), "told once");

            theatre.fleet.answer = Finding.Answer.MET;
            theatre.clock.pass(Duration.ofSeconds(1));
            console.books.write(Theatre.OLGA, pages -> {
                var order = pages.get(Kinds.ORDER, Theatre.ID.order().toString());
                return pages.change(order, order.value());
            });
            theatre.clock.pass(Duration.ofSeconds(1));
            console.scheduler.tick();
            assertEquals(
                    DeploymentState.NOTIFIED, console.deployment().state(), "somebody said something of the order");
        }
    }
}
