package packhorse.console.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.console.change.Actor;
import packhorse.console.fleet.Narrowing;
import packhorse.console.ledger.Fleet.Here;
import packhorse.console.ledger.Fleet.Row;
import packhorse.console.ledger.Refusal.Why;
import packhorse.core.state.Inventory;
import packhorse.core.topology.EndpointId;

final class FleetTest {
    private static final EndpointId ONE = WaveWorld.endpoint(1);
    private static final EndpointId TWO = WaveWorld.endpoint(2);
    private static final Instant NOW = WaveWorld.at(0);

    @TempDir
    private Path folder = Path.of("");

    private Books open(Database database) {
        return new Books(Ledger.open(database.config(folder)), () -> NOW);
    }

    private static void does(Books books, Consumer<Fleet> work) {
        books.write(Actor.product(), pages -> {
            work.accept(pages.fleet());
            return true;
        });
    }

    private static Row get(Books books, EndpointId endpoint) {
        return books.read(pages -> pages.fleet().get(endpoint));
    }

    @ParameterizedTest
    @EnumSource
    void whoIsEnrolledIsThereUntilRetired(Database database) {
        try (Books books = open(database)) {
            does(books, fleet -> fleet.enrol(ONE, "pc-1", "berlin", WaveWorld.at(-9)));
            does(books, fleet -> fleet.enrol(ONE, "", "", WaveWorld.at(9)));
            Row row = get(books, ONE);
            assertEquals("pc-1", row.facts().name());
            assertEquals("berlin", row.facts().site());
            assertEquals(Optional.of(WaveWorld.at(-9)), row.facts().enrolled());
            assertEquals(List.of(row), books.read(pages -> pages.fleet().named("pc-1")));
            does(books, fleet -> fleet.retire(ONE, OptionalLong.of(1)));
            assertTrue(get(books, ONE).retired());
            assertEquals(0L, books.<Long>read(pages -> pages.fleet().count()));
            assertEquals(List.of(), books.read(pages -> pages.fleet().list(Optional.empty(), 9)));
            assertEquals(
                    "there is no endpoint " + TWO,
                    assertThrows(Refusal.class, () -> get(books, TWO)).line());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoIsHereIsSaidByTheTrackerThatHasHim(Database database) {
        try (Books books = open(database)) {
            does(books, fleet -> {
                fleet.enrol(ONE, "pc-1", "berlin", NOW);
                fleet.here("t1:1", List.of(new Here(TWO, "rome", NOW), new Here(ONE, "", NOW)), true);
            });
            assertTrue(get(books, ONE).facts().online());
            assertEquals("berlin", get(books, ONE).facts().site());
            assertEquals("rome", get(books, TWO).facts().site());
            does(books, fleet -> fleet.here("t2:1", List.of(new Here(ONE, "oslo", NOW)), false));
            does(books, fleet -> fleet.away("t1:1", List.of(ONE, TWO), WaveWorld.at(5)));
            assertEquals("t2:1", get(books, ONE).tracker(), "another tracker has it by now");
            assertEquals("oslo", get(books, ONE).facts().site());
            assertFalse(get(books, TWO).facts().online());
            assertEquals(Optional.of(WaveWorld.at(5)), get(books, TWO).facts().lastSeen());
            does(books, fleet -> fleet.here("t2:1", List.of(), true));
            assertFalse(get(books, ONE).facts().online());
        }
    }

    @ParameterizedTest
    @EnumSource
    void labelsAreNotOverwrittenUnseen(Database database) {
        try (Books books = open(database)) {
            does(books, fleet -> fleet.enrol(ONE, "pc-1", "berlin", NOW));
            Row labelled = books.write(
                    Actor.product(), pages -> pages.fleet().label(ONE, OptionalLong.of(1), Map.of("ring", "beta")));
            assertEquals(labelled, get(books, ONE));
            assertEquals(2, labelled.version());
            Refusal refusal = assertThrows(
                    Refusal.class, () -> does(books, fleet -> fleet.label(ONE, OptionalLong.of(1), Map.of())));
            assertEquals(Why.STALE, refusal.why());
            // A machine's word does not touch them, nor does who has seen the row.
            does(books, fleet -> fleet.here("t1:1", List.of(new Here(ONE, "", NOW)), false));
            does(books, fleet -> fleet.keep(ONE, 7, inventory("pc-one"), Set.of()));
            assertEquals(Map.of("ring", "beta"), get(books, ONE).facts().labels());
            assertEquals(2, get(books, ONE).version());
        }
    }

    private static Inventory inventory(String name) {
        TreeMap<String, java.util.SortedMap<String, String>> items = new TreeMap<>();
        items.put("host", new TreeMap<>(Map.of("name", name)));
        items.put("os", new TreeMap<>(Map.of("id", "debian", "version_id", "12")));
        items.put("package/deb/größer", new TreeMap<>(Map.of("version", "1.0-2")));
        return new Inventory(items);
    }

    @ParameterizedTest
    @EnumSource
    void anInventoryIsKeptWholeAndTheFactsHaveWhatTheyNeedOfIt(Database database) {
        try (Books books = open(database)) {
            assertEquals(0L, books.<Long>read(pages -> pages.fleet().revision(ONE)));
            does(books, fleet -> fleet.keep(ONE, 7, inventory("pc-one"), Set.of()));
            assertEquals(7L, books.<Long>read(pages -> pages.fleet().revision(ONE)));
            assertEquals(
                    Optional.of(new Fleet.Kept(7, inventory("pc-one"))),
                    books.read(pages -> pages.fleet().inventory(ONE)));
            assertEquals("pc-one", get(books, ONE).facts().name());
            assertTrue(get(books, ONE).facts().os().words().contains("debian"));
            assertEquals(1, books.read(pages -> pages.fleet().named("pc-one")).size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aLargeFleetIsReadInPages(Database database) {
        try (Books books = open(database)) {
            List<Here> all = new ArrayList<>();
            for (int number = 1; number <= 2_500; number++) {
                all.add(new Here(WaveWorld.endpoint(number), "site" + number % 9, NOW));
            }
            does(books, fleet -> fleet.here("t1:1", all.reversed(), true));
            List<EndpointId> read = new ArrayList<>();
            Optional<EndpointId> after = Optional.empty();
            while (true) {
                Optional<EndpointId> behind = after;
                List<Row> page = books.read(pages -> pages.fleet().list(behind, 700));
                if (page.isEmpty()) {
                    break;
                }
                page.forEach(row -> read.add(row.facts().endpoint()));
                after = Optional.of(read.getLast());
            }
            assertEquals(all.stream().map(Here::endpoint).toList(), read);
            List<EndpointId> gone = new ArrayList<>();
            books.<Boolean>read(pages -> {
                pages.fleet().each(new Narrowing.Anybody(), Optional.of(read.get(9)), row -> {
                    gone.add(row.facts().endpoint());
                    // Whoever goes through them may look at others meanwhile.
                    pages.fleet().get(read.getFirst());
                    return gone.size() < 1_500;
                });
                return true;
            });
            assertEquals(read.subList(10, 1_510), gone);
            assertEquals(
                    Why.INVALID,
                    assertThrows(
                                    Refusal.class,
                                    () -> books.read(pages -> pages.fleet().list(Optional.empty(), 10_001)))
                            .why());
        }
    }
}
