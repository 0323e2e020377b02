package packhorse.console.scheduler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.console.gate.Verdict;
import packhorse.console.ledger.AuditBook;
import packhorse.console.wave.BlastRadius;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.DeploymentState;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Slice;
import packhorse.console.wave.Wave;
import packhorse.console.wave.WavePlan;
import packhorse.console.wave.WaveState;
import packhorse.core.state.ActionState;

/** A console is killed at each step that it takes on the ledger, and another one goes on: nothing is lost, nothing is done twice. */
final class KillTest {
    /** With {@code -Dpackhorse.killEvery=1} it is killed at each step. */
    private static final long EVERY = 29;

    @TempDir
    Path folder;

    /** Two waves: one that passes with a retry in it, one that fails and is taken back. */
    private static Plan plan() {
        return Theatre.plan(
                List.of(Theatre.subject("acme/app")),
                Optional.empty(),
                List.of(
                        new WavePlan("first", new Slice.Count(2), Duration.ZERO),
                        new WavePlan("rest", new Slice.Rest(), Duration.ZERO)),
                BlastRadius.ONE_OF_A_PAIR);
    }

    /** Plays it to the end; answers how many steps it took. A console that dies is followed by another one. */
    private long play(int run, long killedAt) throws IOException {
        Path place = Files.createDirectories(folder.resolve("run-" + run));
        ModelAgent.Nature[] natures = new ModelAgent.Nature[5];
        java.util.Arrays.fill(natures, ModelAgent.Nature.GOOD);
        AtomicLong steps = new AtomicLong();
        try (Theatre theatre = new Theatre(Theatre.embedded(place), plan(), natures)) {
            int consoles = 0;
            Theatre.Console console = console(theatre, consoles, steps, killedAt);
            for (int turns = 0; ; turns++) {
                assertTrue(turns < 500, () -> "killed at " + killedAt + " it came to no end");
                // Before the turn: one that was killed has not come to its end.
                spoil(theatre, console, console.deployment());
                try {
                    theatre.turn(console);
                    Deployment now = console.deployment();
                    if (now.state() == DeploymentState.RECOVERY_CHECK) {
                        assertWhole(theatre, console, now, killedAt);
                        return steps.get();
                    }
                } catch (Mortal.Killed e) {
                    consoles++;
                    console.close();
                    console = console(theatre, consoles, steps, 0);
                }
            }
        }
    }

    /** Its right ends at once: the next one need not wait for a clock. */
    private static Theatre.Console console(Theatre theatre, int number, AtomicLong steps, long killedAt) {
        return theatre.console("console-" + number, Duration.ofMillis(1), inner -> new Mortal(inner, steps, killedAt));
    }

    /** In the first wave one needs a second try; the second wave but for one is bad. */
    private static void spoil(Theatre theatre, Theatre.Console console, Deployment now) {
        for (Wave wave : now.waves()) {
            if (wave.state() != WaveState.PREPOSITIONING) {
                continue;
            }
            var members = console.read(
                    pages -> pages.waves().membership(wave.id()).orElseThrow().members());
            for (ModelAgent agent : theatre.agents) {
                int at = members.indexOf(agent.id);
                if (wave.id().number() == 1 && at == 0) {
                    agent.nature = ModelAgent.Nature.SHAKY;
                } else if (wave.id().number() == 2 && at > 0) {
                    agent.nature = ModelAgent.Nature.BAD;
                }
            }
        }
    }

    private static void assertWhole(Theatre theatre, Theatre.Console console, Deployment end, long killedAt) {
        String when = "killed at " + killedAt + ": ";
        assertEquals(Optional.of(Verdict.PASS), end.wave(1).verdict(), when + end);
        assertEquals(Optional.of(Verdict.FAIL), end.wave(2).verdict(), when + end);
        // Two that went well, one of them at its second try; three of the other wave, one of them well and taken back.
        assertEquals(7, theatre.begun().size(), when + theatre.begun());
        theatre.begun().forEach((action, times) -> assertEquals(1, times, when + action + " began twice"));
        assertEquals(0, console.laws.breaches(), when);
        assertEquals(
                Optional.empty(), new AuditBook(console.books.ledger()).verify().broken(), when);
        for (ModelAgent agent : theatre.agents) {
            assertEquals(agent.journal().size(), agent.acknowledged(), when + "all that it said is stored");
            agent.journal().stream()
                    .filter(entry -> entry.state().ends(entry.operation()))
                    .forEach(entry -> assertEquals(
                            Optional.of(entry.state()),
                            console.read(pages -> pages.waves()
                                    .action(packhorse.console.wave.ActionId.parse(entry.action()))
                                    .map(action -> action.state())),
                            when + entry));
        }
        assertEquals(
                1,
                theatre.agents.stream()
                        .flatMap(agent -> agent.journal().stream())
                        .filter(entry -> entry.state() == ActionState.UNDONE)
                        .count(),
                when);
        long judged = console.told().stream()
                .filter(line -> line.startsWith("WAVE_JUDGED ") || line.startsWith("GATE_FAILED "))
                .count();
        assertEquals(2, judged, when + "people are told once");
    }

    @Test
    void nothingIsLostOrDoneTwiceWhereverAConsoleIsKilled() throws IOException {
        long all = play(0, 0);
        assertTrue(all > 100, "it takes " + all + " steps");
        // Every step takes a quarter of an hour; each run of the tests takes its share of them, evenly spread.
        long every = Long.getLong("packhorse.killEvery", EVERY);
        for (long step = 1; step <= all; step += every) {
            play((int) step, step);
        }
    }
}
