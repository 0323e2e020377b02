package packhorse.console.scheduler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.console.ledger.Database;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.StatusBook;
import packhorse.console.ledger.Waves;
import packhorse.console.ledger.Waves.Who;
import packhorse.console.wave.Action;
import packhorse.console.wave.BlastRadius;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Slice;
import packhorse.console.wave.WaveId;
import packhorse.console.wave.WavePlan;
import packhorse.console.wave.WaveState;
import packhorse.core.message.StateCodec;
import packhorse.core.message.v1.StatusReports;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.core.state.StatusEntry;
import packhorse.core.state.Subject;

/** What endpoints say while the scheduler gives up waiting for them. */
final class MeanwhileTest {
    private static final int SILENT = 3;

    @TempDir
    Path folder;

    /** A console in whose fenced transactions something happens elsewhere, right after all members were read. */
    private record Meanwhile(Transactions inner, Runnable elsewhere) implements Transactions {
        @Override
        public <T> T read(Function<Pages, T> work) {
            return inner.read(work);
        }

        @Override
        public <T> T write(Function<Pages, T> work) {
            return inner.write(work);
        }

        @Override
        public <T> T fenced(long number, Function<Pages, T> work) {
            return inner.fenced(number, pages -> work.apply(looked(Pages.class, pages)));
        }

        private <T> T looked(Class<T> type, T real) {
            return type.cast(Proxy.newProxyInstance(
                    type.getClassLoader(), new Class<?>[] {type}, (self, method, args) -> {
                        Object result;
                        try {
                            result = method.invoke(real, args);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                        if (method.getName().equals("tried")
                                && Arrays.asList(args).contains(Who.ALL)) {
                            elsewhere.run();
                        }
                        return result instanceof Waves waves ? looked(Waves.class, waves) : result;
                    }));
        }
    }

    private static Plan plan() {
        return Theatre.plan(
                List.of(Theatre.subject("acme/app")),
                Optional.empty(),
                List.of(new WavePlan("all", new Slice.Rest(), Duration.ZERO)),
                BlastRadius.ONE_OF_A_PAIR);
    }

    private static ModelAgent.Nature[] natures() {
        ModelAgent.Nature[] natures = new ModelAgent.Nature[6];
        Arrays.fill(natures, ModelAgent.Nature.GOOD);
        natures[SILENT] = ModelAgent.Nature.SILENT;
        return natures;
    }

    private static List<Action> attempts(Theatre.Console console, WaveId wave, ModelAgent agent) {
        return console.read(pages -> pages.waves().attempts(wave, List.of(agent.id)));
    }

    /** The one that goes forward. */
    private static Action attempt(Theatre.Console console, WaveId wave, ModelAgent agent) {
        return attempts(console, wave, agent).stream()
                .filter(action -> action.operation() == plan().operation())
                .findFirst()
                .orElseThrow();
    }

    /** By another console, and the agent may forget it. */
    private static void says(Theatre.Console console, ModelAgent agent, Action action, ActionState state) {
        Subject subject = Theatre.subject("acme/app");
        StatusReports reports = StatusReports.newBuilder()
                .setJournal(8)
                .setOldest(1)
                .addReports(StateCodec.write(new StatusEntry(
                        1,
                        Theatre.BEGIN,
                        action.id().toString(),
                        subject,
                        action.operation(),
                        state,
                        "",
                        0,
                        Optional.empty(),
                        0,
                        0,
                        1)))
                .build();
        List<StatusBook.Answer> answers =
                console.reports.store(List.of(new StatusBook.Arrival(agent.id, reports, Theatre.BEGIN)));
        assertEquals(1, answers.getFirst().upTo());
    }

    @Test
    void whatIsStoredAndAcknowledgedWhileAWaveIsGivenUpStays() {
        try (Theatre theatre = new Theatre(Database.POSTGRESQL.config(folder), plan(), natures())) {
            ModelAgent silent = theatre.agents.get(SILENT);
            Theatre.Console other = theatre.console("other", Duration.ofMinutes(1), UnaryOperator.identity());
            AtomicInteger said = new AtomicInteger();
            WaveId wave = other.deployment().wave(1).id();
            Theatre.Console console = theatre.console(
                    "one",
                    Duration.ofMinutes(1),
                    inner -> new Meanwhile(inner, () -> {
                        if (theatre.clock
                                        .instant()
                                        .isAfter(Theatre.BEGIN.plus(
                                                plan().timeouts().wave()))
                                && said.getAndIncrement() == 0) {
                            says(other, silent, attempt(other, wave, silent), ActionState.COMMITTABLE);
                        }
                    }));

            theatre.play(console, () -> console.deployment().wave(1).state() == WaveState.CLOSED);

            assertTrue(said.get() > 0, "it was to be given up");
            Action action = attempt(console, wave, silent);
            assertEquals(ActionState.COMMITTABLE, action.state());
            assertTrue(action.verified());
            assertFalse(action.givenUp());
            assertFalse(action.unverified());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoMayHaveBegunAndWasGivenUpIsTakenBack(Database database) {
        try (Theatre theatre = new Theatre(database.config(folder), plan(), natures())) {
            Theatre.Console console = theatre.console();

            theatre.play(console, () -> console.deployment().wave(1).state() == WaveState.CLOSED);

            WaveId wave = console.deployment().wave(1).id();
            ModelAgent silent = theatre.agents.get(SILENT);
            assertEquals(ActionState.TIMED_OUT, attempt(console, wave, silent).state());
            assertEquals(
                    1,
                    attempts(console, wave, silent).stream()
                            .filter(action -> action.operation() == Operation.ROLLBACK)
                            .count());
        }
    }
}
