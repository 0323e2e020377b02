package packhorse.tracker.desired;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.core.state.Operation.DELETE;
import static packhorse.core.state.Operation.DISTRIBUTE;
import static packhorse.core.state.Operation.INSTALL;
import static packhorse.tracker.desired.Shop.endpoint;
import static packhorse.tracker.desired.Shop.id;
import static packhorse.tracker.desired.Shop.pack;
import static packhorse.tracker.desired.Shop.site;
import static packhorse.tracker.desired.Shop.stock;
import static packhorse.tracker.desired.Shop.wish;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import packhorse.core.content.ReleaseId;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.Subject;
import packhorse.core.testing.Cases;
import packhorse.core.topology.EndpointId;

/** Who should have what and who may, and what is refused with which words. */
final class RulingTest {
    private static final Optional<String> BERLIN = Optional.of("berlin");
    private static final Optional<String> PARIS = Optional.of("paris");

    private static Ruling ruling(Stock stock, Wish... wishes) {
        return Ruling.of(Shop.sheet(List.of(wishes), List.of()), stock);
    }

    private static List<String> actions(Ruling ruling, int endpoint, Optional<String> site) {
        return ruling.mandate(ruling.target(endpoint(endpoint), site)).items().stream()
                .map(DesiredItem::action)
                .toList();
    }

    private static String only(List<Refused> refused) {
        assertEquals(1, refused.size(), refused.toString());
        return refused.getFirst().toString();
    }

    @Test
    void anItemIsGivenToWhomItIsForAndCarriesTheDigestThatTheCatalogueSigned() {
        Ruling ruling = ruling(stock("acme/editor@2.0"), wish(3, DISTRIBUTE, "acme/editor@2.0", site("berlin")));
        assertEquals(List.of("distribute:acme/editor@2.0:any"), actions(ruling, 1, BERLIN));
        assertEquals(List.of(), actions(ruling, 1, PARIS));
        assertEquals(List.of(), actions(ruling, 1, Optional.empty()));
        DesiredItem item =
                ruling.mandate(ruling.target(endpoint(1), BERLIN)).items().getFirst();
        assertEquals(ruling.digest(id("acme/editor@2.0")), item.subject().digest());
    }

    @Test
    void anUnknownReleaseIsRefusedWithItsPlaceAndTheOthersAct() {
        Ruling ruling = ruling(
                stock("acme/editor@2.0"),
                wish(3, DISTRIBUTE, "acme/editor@9", Selector.ALL),
                wish(4, DISTRIBUTE, "acme/editor@2.0", Selector.ALL));
        assertEquals(
                "desired.yaml:3: distribute acme/editor@9 does not act: the catalogue (version 7) does not list"
                        + " acme/editor@9; publish it, or mend the name",
                only(ruling.refused()));
        assertEquals(List.of("distribute:acme/editor@2.0:any"), actions(ruling, 1, BERLIN));
    }

    @Test
    void aReleaseForAPlatformIsNamedWithIt() {
        Stock stock = stock("acme/editor@2.0(linux-amd64)", "acme/editor@2.0(linux-arm64)");
        String line = only(ruling(stock, wish(3, DISTRIBUTE, "acme/editor@2.0", Selector.ALL))
                .refused());
        assertTrue(line.contains("not listed for any but for linux-amd64, linux-arm64"), line);
        Ruling named = ruling(stock, wish(3, DISTRIBUTE, "acme/editor@2.0(linux-arm64)", Selector.ALL));
        assertEquals(List.of("distribute:acme/editor@2.0:linux-arm64"), actions(named, 1, BERLIN));
    }

    @Test
    void whatLeftTheCatalogueCanStillBeDeleted() {
        Ruling ruling = ruling(stock(), wish(3, DELETE, "acme/editor@1.0", Selector.ALL));
        assertEquals(List.of("delete:acme/editor@1.0:any"), actions(ruling, 1, BERLIN));
    }

    @Test
    void aMissingDependencyAContradictionAndACircleAreNamed() {
        String missing = only(
                ruling(stock("acme/a@1 acme/lib:[2,)", "acme/lib@1"), wish(1, DISTRIBUTE, "acme/a@1", Selector.ALL))
                        .refused());
        assertTrue(missing.contains("acme/a@1 (any) needs acme/lib:[2,), which the catalogue does not hold"), missing);
        String contradiction = only(ruling(
                        stock(
                                "acme/a@1 acme/b acme/c",
                                "acme/b@1 acme/d:[1,2)",
                                "acme/c@1 acme/d:[2,3)",
                                "acme/d@1",
                                "acme/d@2"),
                        wish(1, DISTRIBUTE, "acme/a@1", Selector.ALL))
                .refused());
        assertTrue(contradiction.contains("no version in the catalogue satisfies all"), contradiction);
        String circle = only(ruling(
                        stock("acme/a@1 acme/b", "acme/b@1 acme/c", "acme/c@1 acme/b"),
                        wish(1, DISTRIBUTE, "acme/a@1", Selector.ALL))
                .refused());
        assertTrue(circle.contains("acme/b@1 (any) → acme/c@1 (any) → acme/b@1 (any)"), circle);
    }

    @Test
    void aLongChainOfDependenciesIsNoTrouble() {
        String[] releases = new String[5_000];
        for (int i = 0; i < releases.length; i++) {
            releases[i] = "acme/p" + i + "@1" + (i + 1 < releases.length ? " acme/p" + (i + 1) : "");
        }
        Ruling ruling = ruling(stock(releases), wish(1, DISTRIBUTE, "acme/p0@1", Selector.ALL));
        assertEquals(List.of(), ruling.refused());
        assertTrue(ruling.mayHave(ruling.target(endpoint(1), BERLIN), pack("acme/p4999@1")));
    }

    @Test
    void theNewestVersionThatSatisfiesAllIsChosen() {
        Ruling ruling = ruling(
                stock("acme/a@1 acme/d:[1,3] acme/b", "acme/b@1 acme/d:[1,2)", "acme/d@1.5", "acme/d@2", "acme/d@9"),
                wish(1, DISTRIBUTE, "acme/a@1", Selector.ALL));
        Target one = ruling.target(endpoint(1), BERLIN);
        assertTrue(ruling.mayHave(one, pack("acme/d@1.5")));
        assertFalse(ruling.mayHave(one, pack("acme/d@2")));
        assertFalse(ruling.mayHave(one, pack("acme/d@9")));
    }

    @Test
    void ofTwoThatContradictTheFirstActsAndTheLaterIsRefused() {
        Stock stock = stock("acme/editor@1", "acme/editor@2", "acme/app@1 acme/lib:[1,2)", "acme/lib@1", "acme/lib@2");
        Ruling versions = ruling(
                stock,
                wish(3, INSTALL, "acme/editor@2", site("berlin")),
                wish(4, INSTALL, "acme/editor@1", Selector.ALL));
        Mandate mandate = versions.mandate(versions.target(endpoint(1), BERLIN));
        assertEquals(1, mandate.items().size());
        assertTrue(
                only(mandate.refused()).contains("desired.yaml:3 puts another of acme/editor in its place"),
                mandate.toString());
        assertEquals(List.of("install:acme/editor@1:any"), actions(versions, 1, PARIS));

        Ruling needs = ruling(
                stock, wish(3, INSTALL, "acme/app@1", Selector.ALL), wish(4, INSTALL, "acme/lib@2", Selector.ALL));
        String line = only(needs.mandate(needs.target(endpoint(1), BERLIN)).refused());
        assertTrue(line.contains("needs acme/lib@1 (any), but install acme/lib@2 at desired.yaml:4"), line);

        Ruling opposite = ruling(
                stock,
                wish(3, DISTRIBUTE, "acme/editor@2", Selector.ALL),
                wish(4, DELETE, "acme/editor@2", Selector.ALL));
        assertTrue(only(opposite.mandate(opposite.target(endpoint(1), BERLIN)).refused())
                .contains("asks for the opposite"));
    }

    @Test
    void theSameItemTwiceIsOnceAndTheFirstSaysHow() {
        Ruling ruling = ruling(
                stock("acme/editor@2"),
                wish(3, DISTRIBUTE, "acme/editor@2", site("berlin")),
                wish(4, DISTRIBUTE, "acme/editor@2", Selector.ALL));
        Mandate mandate = ruling.mandate(ruling.target(endpoint(1), BERLIN));
        assertEquals(1, mandate.items().size());
        assertEquals(List.of(), mandate.refused());
    }

    @Test
    void nobodyMayHaveWhatNoLineGrants() {
        Stock stock = stock("acme/editor@1", "acme/editor@2", "other/tool@1", "acme/needs@1 other/tool");
        Ruling ruling = Ruling.of(
                Shop.sheet(
                        List.of(wish(3, DISTRIBUTE, "acme/needs@1", site("paris"))),
                        List.of(new Entitlement(
                                "desired.yaml:9", ReleasePattern.parse("acme/editor@[2,)"), site("berlin")))),
                stock);
        Target berlin = ruling.target(endpoint(1), BERLIN);
        Target paris = ruling.target(endpoint(2), PARIS);
        assertTrue(ruling.mayHave(berlin, pack("acme/editor@2")));
        assertFalse(ruling.mayHave(berlin, pack("acme/editor@1")));
        assertFalse(ruling.mayHave(paris, pack("acme/editor@2")));
        assertTrue(ruling.mayHave(paris, pack("other/tool@1")), "what it should have needs it");
        assertFalse(ruling.mayHave(berlin, pack("other/tool@1")));
        assertFalse(ruling.mayHave(ruling.target(endpoint(3), Optional.empty()), pack("acme/editor@2")));
        assertEquals(List.of(id("acme/editor@2")), ruling.everythingFor(berlin));
        assertEquals(Optional.empty(), ruling.refusal(berlin, Subject.release(id("acme/editor@2"))));
        assertEquals(
                "this endpoint (site berlin) is not entitled to acme/editor@1 (any); ask whoever runs the tracker for"
                        + " a line under \"entitlements\" in desired.yaml",
                ruling.refusal(berlin, Subject.release(id("acme/editor@1"))).orElseThrow());
        assertTrue(ruling.refusal(berlin, Subject.release(id("acme/none@1")))
                .orElseThrow()
                .contains("not in the tracker's catalogue (version 7)"));
    }

    @Test
    void patternsNameReleases() {
        ReleaseId editor = id("acme/editor@2.0");
        for (String yes :
                List.of("*", "acme/*", "acme/editor", "acme/editor@2.0", "acme/editor@[1,3)", "acme/editor@*")) {
            assertTrue(ReleasePattern.parse(yes).matches(editor), yes);
        }
        for (String no : List.of("other/*", "acme/edit", "acme/editor@2.1", "acme/editor@(2.0,)")) {
            assertFalse(ReleasePattern.parse(no).matches(editor), no);
        }
        for (String bad :
                List.of("", "acme", "/*", "*/editor", "acme/editor@", "acme/editor@[2", "acme/*@2", "Acme/x")) {
            assertThrows(IllegalArgumentException.class, () -> ReleasePattern.parse(bad), bad);
        }
    }

    /** Against the sentence of the Javadoc, taken word by word. */
    @Test
    void aSelectorNamesWhomItsWordsSay() {
        Cases.run(3_000, random -> {
            Set<EndpointId> endpoints = new HashSet<>();
            Set<String> sites = new HashSet<>();
            Set<String> groups = new HashSet<>();
            Map<String, Set<String>> labels = new HashMap<>();
            for (int i = 0; i < 2; i++) {
                if (random.nextInt(3) == 0) {
                    endpoints.add(endpoint(random.nextInt(3)));
                }
                if (random.nextInt(3) == 0) {
                    sites.add("s" + random.nextInt(3));
                }
                if (random.nextInt(3) == 0) {
                    groups.add("g" + random.nextInt(3));
                }
                if (random.nextInt(3) == 0) {
                    labels.put("l" + random.nextInt(2), Set.of("v" + random.nextInt(2), "w"));
                }
            }
            boolean none = endpoints.isEmpty() && sites.isEmpty() && groups.isEmpty() && labels.isEmpty();
            Target target = new Target(
                    random.nextInt(5) == 0 ? Optional.empty() : Optional.of(endpoint(random.nextInt(3))),
                    random.nextInt(5) == 0 ? Optional.empty() : Optional.of("s" + random.nextInt(3)),
                    random.nextBoolean() ? Set.of() : Set.of("g" + random.nextInt(3)),
                    random.nextBoolean() ? Map.of() : Map.of("l" + random.nextInt(2), "v" + random.nextInt(2)));
            boolean expected = true;
            if (!endpoints.isEmpty()) {
                expected &= target.id().isPresent()
                        && endpoints.contains(target.id().get());
            }
            if (!sites.isEmpty()) {
                expected &= target.site().isPresent()
                        && sites.contains(target.site().get());
            }
            if (!groups.isEmpty()) {
                expected &= target.groups().stream().anyMatch(groups::contains);
            }
            for (String label : labels.keySet()) {
                expected &= target.labels().containsKey(label)
                        && labels.getOrDefault(label, Set.of())
                                .contains(target.labels().get(label));
            }
            if (none) {
                assertThrows(
                        IllegalArgumentException.class, () -> new Selector(false, endpoints, sites, groups, labels));
                assertTrue(Selector.ALL.matches(target));
            } else {
                assertEquals(expected, new Selector(false, endpoints, sites, groups, labels).matches(target));
            }
        });
    }

    @Test
    void variablesAreThoseSaidMostExactlyAndOfEqualsTheLater() {
        Selector one = new Selector(false, Set.of(endpoint(1)), Set.of(), Set.of(), Map.of());
        Sheet sheet = new Sheet(
                "desired.yaml",
                java.time.Instant.EPOCH,
                Roster.EMPTY,
                List.of(),
                List.of(),
                List.of(
                        setting(one, "a", "mine"),
                        setting(site("berlin"), "a", "berlin"),
                        setting(site("berlin"), "b", "berlin"),
                        setting(Selector.ALL, "a", "all"),
                        setting(Selector.ALL, "b", "all"),
                        setting(Selector.ALL, "c", "all"),
                        setting(Selector.ALL, "c", "later")));
        Ruling ruling = Ruling.of(sheet, stock());
        assertEquals(
                Map.of("a", "mine", "b", "berlin", "c", "later"),
                ruling.mandate(ruling.target(endpoint(1), BERLIN)).variables());
        assertEquals(
                Map.of("a", "all", "b", "all", "c", "later"),
                ruling.mandate(ruling.target(endpoint(2), PARIS)).variables());
    }

    private static Setting setting(Selector whom, String name, String value) {
        return new Setting("desired.yaml:1", whom, new java.util.TreeMap<>(Map.of(name, value)));
    }

    @Test
    void aLeaseIsGivenForAnActionThatTheEndpointHasAndForNoOther() {
        Wish plain = wish(3, INSTALL, "acme/editor@2.0", site("berlin"));
        Wish leased = new Wish(
                plain.place(),
                plain.action(),
                plain.name(),
                plain.version(),
                plain.platform(),
                plain.bundle(),
                plain.digest(),
                plain.operation(),
                plain.whom(),
                plain.fetchNotBefore(),
                plain.activateNotBefore(),
                plain.deadline(),
                plain.priority(),
                plain.lease(),
                Optional.of(java.time.Duration.ofMinutes(10)),
                plain.policy());
        Ruling ruling = ruling(stock("acme/editor@2.0"), leased);
        String action = "install:acme/editor@2.0:any";
        assertEquals(
                Optional.of(java.time.Duration.ofMinutes(10)),
                ruling.leaseFor(ruling.target(endpoint(1), BERLIN), action));
        assertEquals(Optional.empty(), ruling.leaseFor(ruling.target(endpoint(1), PARIS), action));
        assertEquals(Optional.empty(), ruling.leaseFor(ruling.target(endpoint(1), BERLIN), "another"));
        Ruling without = ruling(stock("acme/editor@2.0"), plain);
        assertEquals(Optional.empty(), without.leaseFor(without.target(endpoint(1), BERLIN), action));
    }
}
