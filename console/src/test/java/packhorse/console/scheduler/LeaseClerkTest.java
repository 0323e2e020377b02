package packhorse.console.scheduler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Waves;
import packhorse.console.wave.BlastRadius;
import packhorse.console.wave.Cap;
import packhorse.console.wave.LeaseDesk;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Slice;
import packhorse.console.wave.WavePlan;
import packhorse.console.wave.WaveState;

final class LeaseClerkTest {
    @TempDir
    Path folder;

    private static <T> T counting(Class<T> type, T inner, Map<String, Integer> calls) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, given) -> {
            Object answer;
            try {
                answer = method.invoke(inner, given);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
            if (answer instanceof Waves waves) {
                return counting(Waves.class, waves, calls);
            }
            calls.merge(type.getSimpleName() + "." + method.getName(), 1, Integer::sum);
            return answer;
        }));
    }

    /** The same, counted by the names of what is called. */
    private static Transactions counting(Transactions inner, Map<String, Integer> calls) {
        return new Transactions() {
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
                calls.merge("fenced", 1, Integer::sum);
                return inner.fenced(number, pages -> work.apply(counting(Pages.class, pages, calls)));
            }
        };
    }

    private static Plan plan(BlastRadius radius) {
        return Theatre.plan(
                List.of(Theatre.subject("acme/app")),
                Optional.empty(),
                List.of(new WavePlan("all", new Slice.Rest(), Duration.ZERO)),
                radius);
    }

    private static ModelAgent.Nature[] good(int count) {
        ModelAgent.Nature[] natures = new ModelAgent.Nature[count];
        Arrays.fill(natures, ModelAgent.Nature.GOOD);
        return natures;
    }

    /** Goes on until each has its order; nobody has asked yet. */
    private static List<LeaseClerk.Ask> asks(Theatre theatre, Theatre.Console console) {
        for (int turn = 0; turn < 20; turn++) {
            console.scheduler.tick();
            if (console.deployment().wave(1).state() == WaveState.ACTIVE) {
                break;
            }
            theatre.agents(console);
            theatre.clock.pass(Duration.ofSeconds(1));
        }
        return theatre.agents.stream()
                .map(agent -> new LeaseClerk.Ask(
                        agent.id,
                        Optional.empty(),
                        console.desired.of(agent.id).items().getLast().action()))
                .toList();
    }

    private Map<String, Integer> callsFor(Path place, int count) {
        Map<String, Integer> calls = new TreeMap<>();
        BlastRadius wide =
                new BlastRadius(new Cap.Percent(100), new Cap.Percent(100), new Cap.Count(1), new Cap.Percent(100));
        try (Theatre theatre = new Theatre(Theatre.embedded(place), plan(wide), good(count))) {
            Theatre.Console console = theatre.console();
            List<LeaseClerk.Ask> asks = asks(theatre, console);
            LeaseClerk clerk = new LeaseClerk(counting(console.transactions, calls), console.right, theatre.fleet);
            List<LeaseDesk.Ruling> rulings = clerk.rule(asks).orElseThrow();
            assertEquals(count, clerk.granted(), rulings.toString());
        }
        return calls;
    }

    @Test
    void manyQuestionsCostAsManyStatementsAsFew() throws Exception {
        Path few = Files.createDirectory(folder.resolve("few"));
        Path many = Files.createDirectory(folder.resolve("many"));

        Map<String, Integer> calls = callsFor(few, 4);

        assertEquals(1, calls.get("fenced"), calls.toString());
        assertEquals(calls, callsFor(many, 60));
    }

    @Test
    void thoseOfOneTransactionCountAgainstEachOther() {
        BlastRadius three =
                new BlastRadius(new Cap.Count(3), new Cap.Percent(100), new Cap.Count(1), new Cap.Percent(100));
        try (Theatre theatre = new Theatre(Theatre.embedded(folder), plan(three), good(8))) {
            Theatre.Console console = theatre.console();
            List<LeaseClerk.Ask> asks = asks(theatre, console);

            List<LeaseDesk.Ruling> rulings = console.leases.rule(asks).orElseThrow();

            assertEquals(
                    3,
                    rulings.stream()
                            .filter(LeaseDesk.Ruling.Granted.class::isInstance)
                            .count(),
                    rulings.toString());
            assertTrue(rulings.getLast() instanceof LeaseDesk.Ruling.Refused, rulings.toString());
        }
    }
}
