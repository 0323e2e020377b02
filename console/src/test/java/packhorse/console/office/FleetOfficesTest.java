package packhorse.console.office;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.console.office.House.ADAM;
import static packhorse.console.office.House.ANNA;
import static packhorse.console.office.House.GERD;
import static packhorse.console.office.House.any;
import static packhorse.console.office.House.refused;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.console.calendar.Blackout;
import packhorse.console.calendar.Scope;
import packhorse.console.change.Actor;
import packhorse.console.change.Finding;
import packhorse.console.fleet.GroupName;
import packhorse.console.fleet.rsql.RsqlReader;
import packhorse.console.json.Records;
import packhorse.console.ledger.Database;
import packhorse.console.ledger.Fleet;
import packhorse.console.ledger.Refusal;
import packhorse.console.ledger.Refusal.Why;
import packhorse.console.ledger.Stored;
import packhorse.console.office.AdmissionOffice.DenyForm;
import packhorse.console.office.AdmissionOffice.JoinForm;
import packhorse.console.office.AdmissionOffice.Pins;
import packhorse.console.office.EndpointOffice.LabelForm;
import packhorse.console.office.GroupOffice.GroupForm;
import packhorse.console.office.SiteOffice.SiteForm;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Readiness.Question;
import packhorse.console.wave.Targets;
import packhorse.core.content.Sha256;
import packhorse.core.identity.JoinToken;
import packhorse.core.state.Operation;
import packhorse.core.topology.EndpointId;

/** What people do with endpoints, groups, sites, calendars and join tokens. */
final class FleetOfficesTest {
    private static final FleetFacts FACTS = new FleetFacts(new RsqlReader());

    @TempDir
    private Path folder = Path.of("");

    private static AdmissionOffice doors(House house) {
        return new AdmissionOffice(
                house.books,
                Optional.of(new Pins(
                        URI.create("https://tracker.example.org:7302"),
                        Sha256.of(new byte[] {1}),
                        Sha256.of(new byte[] {2}))),
                new SecureRandom());
    }

    private static LabelForm labels(Map<String, String> labels) {
        return new LabelForm(labels, Optional.empty());
    }

    /** Machines that joined: pc-1 to pc-n, the odd ones in berlin. */
    private static void joined(House house, int count) {
        house.books.write(Actor.product(), pages -> {
            for (int i = 1; i <= count; i++) {
                pages.fleet().enrol(House.Fleet.endpoint(i), "pc-" + i, i % 2 == 1 ? "berlin" : "tokyo", house.now());
            }
            return 0;
        });
    }

    private static SiteForm site(String zone, String subnet) {
        return new SiteForm(
                ZoneId.of(zone),
                List.of(subnet),
                "100Mbit",
                "20Mbit",
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    @ParameterizedTest
    @EnumSource
    void aListGoesOnWhereItStoppedWhileMachinesComeAndGo(Database database) {
        try (House house = new House(database, folder)) {
            EndpointOffice fleet = new EndpointOffice(house.books, FACTS);
            joined(house, 40);
            List<EndpointId> seen = new ArrayList<>();
            Optional<EndpointId> after = Optional.empty();
            // Every page one goes that was shown, one that is to come, and one joins on either side.
            for (int page = 0; page < 10; page++) {
                List<Fleet.Row> rows = fleet.endpoints(Optional.of("site==berlin,name==PC-1*"), after, 3);
                if (rows.isEmpty()) {
                    break;
                }
                rows.forEach(row -> seen.add(row.facts().endpoint()));
                after = Optional.of(seen.getLast());
                fleet.retire(GERD, seen.getLast().toString(), any());
                int joining = 100 + page;
                house.books.write(Actor.product(), pages -> {
                    pages.fleet().enrol(EndpointId.parse("%032x".formatted(joining)), "late", "berlin", house.now());
                    return 0;
                });
            }
            List<EndpointId> there = IntStream.rangeClosed(1, 40)
                    .filter(number -> number % 2 == 1 || (number >= 10 && number <= 19))
                    .mapToObj(House.Fleet::endpoint)
                    .toList();
            assertEquals(there, seen.subList(0, there.size()), "each once, in their order");
            assertEquals(Set.copyOf(seen).size(), seen.size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void labelsAndGroupsDecideWhomAnOrderIsFor(Database database) {
        try (House house = new House(database, folder)) {
            EndpointOffice fleet = new EndpointOffice(house.books, FACTS);
            GroupOffice groups = new GroupOffice(house.books, FACTS);
            joined(house, 6);
            fleet.label(GERD, "pc-3", any(), labels(Map.of("ring", "first")));
            assertEquals(
                    Why.FORBIDDEN,
                    refused(() -> fleet.label(ANNA, "pc-3", any(), labels(Map.of())))
                            .why());
            assertEquals(
                    "no endpoint is \"pc-9\", by id or by name",
                    refused(() -> fleet.label(GERD, "pc-9", any(), labels(Map.of())))
                            .line());
            groups.write(
                    GERD,
                    new GroupName("first"),
                    any(),
                    new GroupForm("", Optional.of("label.ring==first"), Optional.empty()));
            groups.write(
                    GERD,
                    new GroupName("berlin"),
                    any(),
                    new GroupForm("", Optional.of("site==berlin;group!=first"), Optional.empty()));
            assertEquals(
                    List.of(House.Fleet.endpoint(1), House.Fleet.endpoint(5)), groups.members(new GroupName("berlin")));
            assertEquals(
                    List.of(House.Fleet.endpoint(3)),
                    house.books.<List<EndpointId>>read(
                            pages -> FACTS.named(pages, Targets.query("group==first"), Set.of()).stream()
                                    .map(one -> one.endpoint())
                                    .toList()));
            assertTrue(
                    refused(() -> {
                                groups.remove(GERD, new GroupName("first"), any());
                                return 0;
                            })
                            .line()
                            .contains("no group \"first\""),
                    "another group asks for it");
            assertEquals(2, groups.list("", 100).size(), "nothing was taken away");
            assertEquals(
                    3,
                    fleet.endpoints(Optional.of("site==tokyo"), Optional.empty(), 100)
                            .size());
            assertTrue(refused(() -> fleet.endpoints(Optional.of("siet==tokyo"), Optional.empty(), 100))
                    .line()
                    .contains("siet"));
            String table = "name,ring\npc-1,second\npc-3,-\n";
            assertEquals(
                    "2 endpoints: 1 labels set, 0 changed, 1 taken away, 0 as before",
                    fleet.labels(GERD, table.getBytes(StandardCharsets.UTF_8), "rings.csv")
                            .line());
            assertTrue(refused(() ->
                            fleet.labels(GERD, "name,ring\npc-77,x\n".getBytes(StandardCharsets.UTF_8), "rings.csv"))
                    .line()
                    .startsWith("rings.csv"));
            assertEquals(
                    2,
                    groups.importList(
                                    GERD,
                                    new GroupName("two"),
                                    "name\npc-2\npc-4\n".getBytes(StandardCharsets.UTF_8),
                                    "two.csv")
                            .members()
                            .size());
        }
    }

    @Test
    void sitesHaveClocksAndDoNotOverlap() {
        try (House house = new House(Database.SQLITE, folder)) {
            SiteOffice fleet = new SiteOffice(house.books);
            assertEquals(Optional.empty(), fleet.siteMap(), "trackers keep their own file");
            Stored<KnownSite> berlin = fleet.write(ADAM, "berlin", any(), site("Europe/Berlin", "10.1.0.0/16"), false);
            assertTrue(refused(() -> fleet.write(ADAM, "tokyo", any(), site("Asia/Tokyo", "10.1.2.0/24"), false))
                    .line()
                    .contains("overlaps"));
            long first = fleet.revision().orElseThrow();
            assertEquals(first, fleet.siteMap().orElseThrow().revision());
            fleet.write(ADAM, "tokyo", any(), site("Asia/Tokyo", "10.2.0.0/16"), false);
            assertEquals(first + 1, fleet.siteMap().orElseThrow().revision(), "what was refused is no revision");
            fleet.write(ADAM, "berlin", OptionalLong.of(berlin.version()), site("Europe/Berlin", "10.3.0.0/16"), false);
            assertEquals(
                    Why.STALE,
                    refused(() -> fleet.write(
                                    ADAM,
                                    "berlin",
                                    OptionalLong.of(berlin.version()),
                                    site("Europe/Berlin", "10.4.0.0/16"),
                                    false))
                            .why());
            assertEquals(
                    Why.FORBIDDEN,
                    refused(() -> fleet.write(GERD, "rome", any(), site("Europe/Rome", "10.5.0.0/16"), false))
                            .why());
            assertEquals(ZoneId.of("Asia/Tokyo"), house.books.<ZoneId>read(pages -> FACTS.zone(pages, "tokyo")));
            fleet.importFile(ADAM, """
                origins: [192.0.2.10]
                sites:
                  - name: rome
                    subnets: [10.9.0.0/16]
                    wan: {down: 10Mbit, up: 2Mbit}
                """, "sites.yaml", Optional.of(ZoneId.of("Europe/Rome")), false);
            assertEquals(3, fleet.siteMap().orElseThrow().value().sites().size());
            assertTrue(
                    refused(() -> fleet.importFile(ADAM, "sites:\n  - nam: x\n", "sites.yaml", Optional.empty(), false))
                            .line()
                            .startsWith("sites.yaml"));
        }
    }

    @Test
    void theFirstSiteReplacesTrackersFilesOnlyWhereThatIsMeant() throws IOException {
        try (House house = new House(Database.SQLITE, folder)) {
            SiteOffice fleet = new SiteOffice(house.books);
            joined(house, 4);
            house.books.write(Actor.product(), pages -> {
                List<Fleet.Here> here = List.of(
                        new Fleet.Here(House.Fleet.endpoint(1), "tokyo", pages.now()),
                        new Fleet.Here(House.Fleet.endpoint(2), "berlin", pages.now()));
                pages.fleet().here("tracker:7301", here, true);
                return 0;
            });
            Refusal first =
                    refused(() -> fleet.write(ADAM, "berlin", any(), site("Europe/Berlin", "10.1.0.0/16"), false));
            assertTrue(first.line().contains("leave 1 connected endpoints of tokyo at no site"), first.line());
            assertEquals(Optional.empty(), fleet.siteMap(), "trackers keep their own file");
            SiteOffice.Imported all = fleet.importFile(ADAM, """
                sites:
                  - name: berlin
                    subnets: [10.1.0.0/16]
                    wan: {down: 10Mbit, up: 2Mbit}
                  - name: tokyo
                    subnets: [10.2.0.0/16]
                    wan: {down: 10Mbit, up: 2Mbit}
                """, "sites.yaml", Optional.empty(), false);
            assertEquals(List.of("berlin", "tokyo"), all.unzoned());
            fleet.remove(ADAM, "tokyo", any());
            fleet.write(ADAM, "rome", any(), site("Europe/Rome", "10.5.0.0/16"), false);
        }
        try (House house = new House(Database.SQLITE, Files.createDirectory(folder.resolve("other")))) {
            SiteOffice fleet = new SiteOffice(house.books);
            house.books.write(Actor.product(), pages -> {
                pages.fleet()
                        .here(
                                "tracker:7301",
                                List.of(new Fleet.Here(House.Fleet.endpoint(1), "tokyo", pages.now())),
                                true);
                return 0;
            });
            fleet.write(ADAM, "berlin", any(), site("Europe/Berlin", "10.1.0.0/16"), true);
            assertTrue(fleet.siteMap().isPresent());
        }
    }

    @Test
    void aFreezeCutsEveryOrdersWindows() {
        try (House house = new House(Database.SQLITE, folder)) {
            CalendarOffice fleet = new CalendarOffice(house.books);
            Blackout end = new Blackout.Fixed(
                    Instant.parse("2026-03-30T00:00:00Z"),
                    Instant.parse("2026-04-02T00:00:00Z"),
                    "month's end",
                    new Scope.AllSites());
            fleet.write(GERD, "finance", any(), List.of(end));
            String file = """
                BEGIN:VCALENDAR
                BEGIN:VEVENT
                UID:1
                DTSTART;VALUE=DATE:20261224
                DTEND;VALUE=DATE:20261227
                SUMMARY:Christmas
                END:VEVENT
                END:VCALENDAR
                """.replace("\n", "\r\n");
            fleet.importFile(
                    GERD,
                    "holidays",
                    any(),
                    file.getBytes(StandardCharsets.UTF_8),
                    "holidays.ics",
                    Duration.ofDays(365));
            assertEquals(
                    2,
                    house.books.<Integer>read(
                            pages -> CalendarOffice.blackouts(pages).size()));
            assertEquals(
                    Why.INVALID,
                    refused(() -> fleet.importFile(
                                    GERD,
                                    "holidays",
                                    any(),
                                    file.replace("20261227", "2026").getBytes(StandardCharsets.UTF_8),
                                    "holidays.ics",
                                    Duration.ofDays(365)))
                            .why());
            fleet.remove(GERD, "finance", any());
            assertEquals(1, fleet.list("", 100).size());
        }
    }

    @Test
    void aJoinTokenIsShownOnceAndOpensOnce() {
        try (House house = new House(Database.SQLITE, folder)) {
            AdmissionOffice fleet = doors(house);
            JoinForm form =
                    new JoinForm("berlin", Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
            assertEquals(Why.NOT_THERE, refused(() -> fleet.token(GERD, form)).why(), "no such site");
            new SiteOffice(house.books).write(ADAM, "berlin", any(), site("Europe/Berlin", "10.1.0.0/16"), false);
            AdmissionOffice.Shown shown = fleet.token(GERD, form);
            JoinToken token = JoinToken.parse(shown.token());
            KeptToken kept = fleet.opens(token.id()).orElseThrow();
            assertEquals(JoinToken.digest(token.secret()), kept.secret());
            assertEquals("agent", kept.role());
            CertifiedMachine machine = new CertifiedMachine(
                    House.Fleet.endpoint(3),
                    "agent",
                    "berlin",
                    "a1",
                    house.now().plus(Duration.ofDays(30)),
                    Optional.of(token.id()));
            fleet.certified(List.of(machine));
            fleet.certified(List.of(machine));
            assertEquals(
                    List.of(machine),
                    fleet.machines("", 100).stream().map(Stored::value).toList());
            assertEquals(1, fleet.machines("", 100).getFirst().version(), "what is known changes nothing");
            assertEquals(
                    "berlin",
                    new EndpointOffice(house.books, FACTS)
                            .endpoint(House.Fleet.endpoint(3).toString())
                            .facts()
                            .site());
            assertEquals(Optional.empty(), fleet.opens(token.id()), "it was used");
            String second = JoinToken.parse(fleet.token(GERD, form).token()).id();
            house.later(Duration.ofHours(1));
            assertEquals(Optional.empty(), fleet.opens(second), "it is too old");
            JoinForm tracker = new JoinForm(
                    "berlin", Optional.of("tracker"), Optional.empty(), Optional.empty(), Optional.empty());
            assertEquals(
                    Why.FORBIDDEN, refused(() -> fleet.token(GERD, tracker)).why());
            EndpointId stolen = House.Fleet.endpoint(7);
            fleet.deny(GERD, new DenyForm(stolen.toString(), "stolen"));
            assertEquals(List.of(stolen), fleet.denied().orElseThrow().value());
            fleet.admit(ADAM, stolen.toString());
            assertEquals(List.of(), fleet.denied().orElseThrow().value());
            assertEquals(
                    house.now().toEpochMilli() + 1,
                    fleet.denied().orElseThrow().revision(),
                    "a ledger from a backup is soon ahead of what trackers remember");
        }
    }

    @Test
    void whoIsSilentIsShownToAPersonAndWhoIsGoneBlocks() {
        try (House house = new House(Database.SQLITE, folder)) {
            joined(house, 4);
            Finding silent = reachable(house, "{\"query\":\"site==berlin\"}");
            assertEquals(Finding.Answer.UNKNOWN, silent.answer());
            assertEquals("0 of 2 were heard of in the last 3 days", silent.text());
            assertEquals(
                    Finding.Answer.NOT_MET,
                    reachable(
                                    house,
                                    "{\"listed\":[\"" + House.Fleet.endpoint(1) + "\",\"" + House.Fleet.endpoint(99)
                                            + "\"]}")
                            .answer());
            assertEquals(
                    "the targets name nobody",
                    reachable(house, "{\"query\":\"site==rome\"}").text());
        }
    }

    /** A tick that is of words that are others at each look would never count. */
    @Test
    void ofManyWhoAreSilentTheWordsStayWhileTheNumbersGoUpAndDown() {
        assertEquals("195 of 200 were heard of in the last 3 days", FleetFacts.heard(200, 5));
        assertEquals("100000 of 100000 were heard of in the last 3 days", FleetFacts.heard(100_000, 0));
        String seen = "at least 95 % of the targets were heard of in the last 3 days";
        assertEquals(seen, FleetFacts.heard(100_000, 4_988));
        assertEquals(seen, FleetFacts.heard(100_017, 4_321));
        assertEquals(
                "at least 70 % of the targets were heard of in the last 3 days", FleetFacts.heard(100_000, 30_000));
    }

    private static Finding reachable(House house, String form) {
        Plan plan = Records.read(OrderPlanForm.class, form, "plan")
                .plan(List.of(), Set.of(Operation.REMOVE), "CO-2026-0001");
        return house.books.read(pages -> FACTS.look(pages, plan, FACTS.named(pages, plan))
                .getOrDefault(Question.REACHABLE, List.of())
                .getFirst());
    }
}
