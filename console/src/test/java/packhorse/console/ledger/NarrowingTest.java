package packhorse.console.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.flywaydb.core.api.MigrationVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.console.change.Actor;
import packhorse.console.fleet.EndpointFacts;
import packhorse.console.fleet.Group;
import packhorse.console.fleet.GroupName;
import packhorse.console.fleet.Machines;
import packhorse.console.fleet.Narrowing;
import packhorse.console.fleet.Query;
import packhorse.console.fleet.Roster;
import packhorse.console.fleet.TargetSelection;
import packhorse.console.fleet.rsql.RsqlReader;
import packhorse.console.json.Records;
import packhorse.console.ledger.Fleet.Chosen;
import packhorse.console.ledger.Fleet.Here;
import packhorse.console.ledger.Fleet.Row;
import packhorse.console.wave.Targets;
import packhorse.core.topology.EndpointId;

/** A query finds the same endpoints whether a database leaves some out first or all of them are looked at. */
final class NarrowingTest {
    private static final Instant NOW = Machines.NOON.plusNanos(7_000_000);
    private static final int ENDPOINTS = 120;
    private static final int QUERIES = 400;

    /** Among them what databases and Java put into lower case each in a way of its own. */
    private static final List<String> TEXTS = List.of(
            "berlin", "Berlin", "BER", "rome", "\u212Aiel", "kiel", "\u0130zmir", "izmir", "ΟΔΟΣ", "a*b", "x~y");

    private static final Roster ROSTER = Roster.of(
            List.of(
                    new Group(new GroupName("north"), "", "site==b*,label.ring==k*", List.of()),
                    new Group(
                            new GroupName("some"), "", "", List.of(Machines.id(3), Machines.id(70), Machines.id(500))),
                    new Group(new GroupName("both"), "", "group==north;os==debian,group==some", List.of())),
            new RsqlReader());

    @TempDir
    private Path folder = Path.of("");

    private static <T> T one(Random random, List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private static Map<String, String> labels(Random random) {
        Map<String, String> labels = new TreeMap<>();
        for (String name : List.of("ring", "redundant-pair", "Ring")) {
            if (random.nextInt(3) > 0) {
                labels.put(name, one(random, TEXTS));
            }
        }
        return labels;
    }

    private static EndpointFacts facts(Random random, int number) {
        EndpointFacts bare = EndpointFacts.enrolled(
                        Machines.id(number),
                        random.nextInt(5) == 0 ? "" : one(random, TEXTS) + "-" + number % 7,
                        random.nextInt(6) == 0 ? "" : one(random, TEXTS),
                        NOW)
                .withLabels(labels(random));
        return random.nextBoolean() ? bare : bare.withInventory(Machines.desktop(), Set.of());
    }

    /** Written in all the ways that there are. */
    private static void write(Books books, Random random) {
        List<EndpointFacts> fleet = IntStream.rangeClosed(1, ENDPOINTS)
                .mapToObj(number -> facts(random, number))
                .toList();
        books.<Boolean>write(Actor.product(), pages -> {
            Fleet ledger = pages.fleet();
            ledger.add(fleet);
            ledger.add(fleet.subList(0, 5));
            List<Here> here = new ArrayList<>();
            for (EndpointFacts one : fleet) {
                EndpointId endpoint = one.endpoint();
                switch (random.nextInt(8)) {
                    case 0 -> ledger.label(endpoint, OptionalLong.empty(), labels(random));
                    case 1 -> ledger.retire(endpoint, OptionalLong.empty());
                    case 2 -> ledger.enrol(endpoint, one(random, TEXTS), one(random, TEXTS), NOW);
                    case 3 -> ledger.keep(endpoint, 1, Machines.desktop(), Set.of());
                    case 4 -> here.add(new Here(endpoint, random.nextBoolean() ? "" : one(random, TEXTS), NOW));
                    case 5 -> ledger.away("t:1", List.of(endpoint), NOW);
                    default -> {
                        // As it was added.
                    }
                }
            }
            here.add(new Here(Machines.id(900), "rome", NOW));
            ledger.enrol(Machines.id(901), "Fresh", "", NOW);
            ledger.here("t:1", here, true);
            return true;
        });
        // Some were last heard of earlier than now, by days or by a millisecond.
        books.<Boolean>write(Actor.product(), pages -> {
            pages.fleet()
                    .away(
                            "t:1",
                            fleet.stream()
                                    .map(EndpointFacts::endpoint)
                                    .filter(unused -> random.nextInt(3) == 0)
                                    .toList(),
                            NOW.minusMillis(one(random, List.of(0L, 1L, 86_400_000L))));
            return true;
        });
    }

    private static String comparison(Random random) {
        String selector = one(
                random,
                List.of(
                        "site",
                        "name",
                        "label.ring",
                        "label.Ring",
                        "label.none",
                        "id",
                        "online",
                        "lastSeen",
                        "os",
                        "group",
                        "kind"));
        String operator = one(random, List.of("==", "!=", "=in=", "=out="));
        List<String> values = switch (selector) {
            case "online" -> List.of("yes", "no", "*");
            case "group" -> List.of("north", "some", "both", "*", "n*");
            case "os" -> List.of("debian", "linux", "*", "de*");
            case "kind" -> List.of("unknown", "*", "debian*");
            case "id" -> List.of(Machines.id(7).toString(), "*7", "0000*", "*", "nobody");
            case "lastSeen" ->
                List.of(
                        "now",
                        "now-1d",
                        "2026-03-01",
                        "*",
                        "2026-03-01T12:00:00.006Z",
                        "2026-03-01T12:00:00.0065Z",
                        "2026-03-01T12:00:00.007Z");
            default ->
                List.of(
                        "berlin",
                        "BERLIN",
                        "b*",
                        "*r*",
                        "*",
                        "KIEL",
                        "\u212Aiel",
                        "izmir",
                        "\u0130ZMIR",
                        "i*",
                        "ΟΔΟς",
                        "ο*",
                        "rome-3",
                        "fresh",
                        "x~*",
                        "kie*",
                        "rom*-3");
        };
        if (selector.equals("lastSeen") && random.nextBoolean()) {
            return selector
                    + one(random, List.of("=lt=", "=le=", "=gt=", "=ge="))
                    + one(
                            random,
                            values.stream().filter(value -> !value.equals("*")).toList());
        }
        boolean list = operator.startsWith("=i") || operator.startsWith("=o");
        String value = IntStream.rangeClosed(0, list ? random.nextInt(3) : 0)
                .mapToObj(unused -> "\"" + one(random, values) + "\"")
                .collect(Collectors.joining(","));
        return selector + operator + (list ? "(" + value + ")" : value);
    }

    private static String query(Random random, int depth) {
        if (depth == 0 || random.nextInt(3) == 0) {
            return comparison(random);
        }
        return IntStream.rangeClosed(0, 1 + random.nextInt(2))
                .mapToObj(unused -> query(random, depth - 1))
                .collect(Collectors.joining(random.nextBoolean() ? ";" : ",", "(", ")"));
    }

    private static void agree(Pages pages, List<EndpointFacts> all, Targets targets) {
        Query<EndpointFacts> query = ROSTER.read(targets.query());
        Narrowing narrowing = Narrowing.of(query, ROSTER);
        List<EndpointFacts> found = new ArrayList<>();
        pages.fleet().each(narrowing, Optional.empty(), row -> {
            if (query.matches(row.facts(), NOW)) {
                found.add(row.facts());
            }
            return true;
        });
        assertEquals(
                all.stream().filter(one -> query.matches(one, NOW)).toList(), found, () -> "found by " + query.text());
        List<Chosen> chosen = new ArrayList<>();
        pages.fleet()
                .choose(
                        TargetSelection.narrowing(targets, ROSTER),
                        TargetSelection.taking(targets, ROSTER, NOW),
                        chosen::add);
        assertEquals(
                TargetSelection.of(targets, ROSTER, all, NOW).candidates().stream()
                        .map(one -> one.endpoint() + " " + one.stratum() + one.pair() + one.host())
                        .toList(),
                chosen.stream()
                        .map(one -> one.endpoint() + " " + one.kind() + " at "
                                + (one.site().isEmpty() ? TargetSelection.NO_SITE : one.site())
                                + Optional.of(one.pair()).filter(text -> !text.isEmpty())
                                + Optional.of(one.host()).filter(text -> !text.isEmpty()))
                        .sorted()
                        .toList(),
                () -> "chosen by " + query.text());
    }

    @ParameterizedTest
    @EnumSource
    void aQueryFindsTheSameWhoeverLeavesOthersOut(Database database) {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        try (Books books = new Books(Ledger.open(database.config(folder)), () -> NOW)) {
            write(books, random);
            books.<Boolean>read(pages -> {
                List<EndpointFacts> all = pages.fleet().list(Optional.empty(), Fleet.LIMIT_MAX).stream()
                        .map(Row::facts)
                        .toList();
                assertTrue(all.size() > ENDPOINTS / 2, "enough are left");
                for (int i = 0; i < QUERIES; i++) {
                    agree(
                            pages,
                            all,
                            new Targets(
                                    query(random, 2),
                                    i % 4 == 0 ? List.of(Machines.id(5), Machines.id(901)) : List.of()));
                }
                return true;
            });
        } catch (AssertionError e) {
            throw new AssertionError("seed " + seed, e);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatAnOlderVersionWroteIsFoundAsWell(Database database) {
        LedgerConfig config = database.config(folder);
        Random random = new Random(3);
        List<EndpointFacts> fleet = IntStream.rangeClosed(1, ENDPOINTS)
                .mapToObj(number -> facts(random, number))
                .toList();
        try (Ledger old = Ledger.open(config, MigrationVersion.fromVersion("14"))) {
            old.<Boolean>write(handle -> {
                for (EndpointFacts one : fleet) {
                    handle.execute(
                            "INSERT INTO endpoint (endpoint, name, site, tracker, seen_at, retired, version, facts)"
                                    + " VALUES (?, ?, ?, '', 0, 0, 1, ?)",
                            one.endpoint().toString(),
                            one.name(),
                            one.site(),
                            Records.write(one));
                }
                return true;
            });
        }
        try (Books books = new Books(Ledger.open(config), () -> NOW)) {
            books.<Boolean>read(pages -> {
                agree(pages, fleet, Targets.query("label.ring==kiel,name==berlin-3,name==rom*"));
                agree(pages, fleet, Targets.query("site==*"));
                return true;
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void manySitesLabelsAndListsLeaveAnybodyInsteadOfAStatementThatIsTooLong(Database database) {
        try (Books books = new Books(Ledger.open(database.config(folder)), () -> NOW)) {
            List<EndpointFacts> fleet = IntStream.rangeClosed(1, 12_000)
                    .mapToObj(
                            number -> EndpointFacts.enrolled(Machines.id(number), "pc-" + number, "site" + number, NOW)
                                    .withLabels(Map.of("asset", "a" + number)))
                    .toList();
            books.<Boolean>write(Actor.product(), pages -> {
                pages.fleet().add(fleet);
                return true;
            });
            books.<Boolean>read(pages -> {
                List<EndpointFacts> all = new ArrayList<>();
                pages.fleet().each(new Narrowing.Anybody(), Optional.empty(), row -> all.add(row.facts()));
                agree(pages, all, Targets.query("site==*9;label.asset==*99"));
                agree(pages, all, Targets.query("label.asset==A7,name==pc-11999"));
                agree(
                        pages,
                        all,
                        new Targets(
                                "site==site3",
                                fleet.stream()
                                        .map(EndpointFacts::endpoint)
                                        .limit(6_000)
                                        .toList()));
                String many = IntStream.range(0, 199)
                        .mapToObj(i -> "label.asset==a" + i)
                        .collect(Collectors.joining(","));
                agree(pages, all, Targets.query(many.substring(0, many.lastIndexOf(',', 4_000))));
                return true;
            });
        }
    }

    @Test
    void whatNoColumnAnswersIsAskedOfTheFacts() {
        assertTrue(Narrowing.of(ROSTER.read("site==berlin;label.ring==x,group==some"), ROSTER)
                .isExact());
        assertFalse(Narrowing.of(ROSTER.read("site==berlin;os==debian"), ROSTER).isExact());
        assertFalse(Narrowing.of(ROSTER.read("group==both"), ROSTER).isExact());
        assertFalse(Narrowing.of(ROSTER.read("group!=some"), ROSTER).isExact());
        assertEquals(new Narrowing.Anybody(), Narrowing.of(ROSTER.read("site==berlin,os==debian"), ROSTER));
    }
}
