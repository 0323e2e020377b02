package packhorse.tracker.selection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SelectionTest {
    @Test
    void onlyTheSitePeerReachesOutside() {
        World world = World.draw("""
            origin  O10
            berlin  *s0 a0 b0
            """);
        world.settle();
        assertEquals("s", world.pullers("berlin"));
        assertEquals("O a b", world.allows("s"));
        assertEquals("b s", world.allows("a"));
        assertEquals("s", world.allows("O"));
        assertEquals("", world.connects("O"));
        assertEquals(Role.SITE_PEER, world.orders("s").role());
        assertEquals(Role.ORIGIN, world.orders("O").role());
        assertEquals(List.of(), SiteRule.broken(world));
    }

    @Test
    void nobodyConnectsBeforeTheOtherConfirmed() {
        World world = World.draw("""
            origin  O10
            berlin  *s0
            """);
        world.decide();
        assertEquals("", world.connects("s"));
        assertEquals("s", world.allows("O"));
        world.decide();
        assertEquals("", world.connects("s"), "O has not confirmed yet");
        world.confirm().decide();
        assertEquals("O", world.connects("s"));
    }

    @Test
    void oneOfTwoConnectsInsideAndItIsTheOneThatFetches() {
        World world = World.draw("""
            origin  O10
            berlin  *s0 a0 b10
            """);
        world.settle();
        assertEquals("b s", world.connects("a"));
        assertEquals("b", world.connects("s"));
        assertEquals("", world.connects("b"));
    }

    @Test
    void siteWithoutSitePeerHasTwoLeadsAndTheyKeepTheOffice() {
        World world = World.draw("""
            origin  O10
            lisbon  a0 b3 c5 d0
            """);
        world.settle();
        assertEquals("b c", world.pullers("lisbon"), "those with most pieces");
        world.agent("d").pieces = 9;
        world.settle();
        assertEquals("b c", world.pullers("lisbon"), "others may overtake them");
        world.dies("b");
        world.settle();
        assertEquals("c d", world.pullers("lisbon"));
        assertEquals(Role.LEAD, world.orders("d").role());
    }

    @Test
    void leadKeepsNothingOutsideWhenTheSitePeerComes() {
        World world = World.draw("""
            origin  O10
            berlin  *s? a0 b0
            """);
        world.settle();
        assertEquals("a b", world.pullers("berlin"));
        world.agent("s").here = true;
        world.settle();
        assertEquals("s", world.pullers("berlin"));
        assertEquals("b s", world.allows("a"));
        assertEquals(Role.ORDINARY, world.orders("a").role());
    }

    @Test
    void siteWaitsALittleForASitePeerThatIsAlive() {
        World world = World.draw("""
            origin  O10
            berlin  *s? a0
            """);
        world.later(Duration.ofSeconds(-59));
        world.decide();
        assertEquals("", world.pullers("berlin"));
        assertEquals(1, world.site("berlin").orElseThrow().summoned().size());
        world.later(Duration.ofSeconds(2)).decide();
        assertEquals("a", world.pullers("berlin"));
    }

    @Test
    void lostSitePeerIsReplacedAtOnce() {
        World world = World.draw("""
            origin  O10
            berlin  *s5 a4 b3 c2
            """);
        world.settle();
        world.dies("s").settle();
        assertEquals("a b", world.pullers("berlin"));
        assertEquals("O b c", world.allows("a"));
    }

    @Test
    void completeSiteNeedsNoPuller() {
        World world = World.draw("""
            origin  O10
            berlin  *s0 a10 b0
            lisbon  c10 d0
            """);
        world.settle();
        assertEquals("", world.pullers("berlin"));
        assertEquals("a b", world.allows("s"));
        assertEquals("", world.pullers("lisbon"));
        assertEquals("", world.allows("O"));
    }

    @Test
    void sharesOfSeveralPullersDivideThePieces() {
        World world = World.draw("""
            origin  O10
            berlin  *s0 *t0 *u0 a0
            """);
        world.settle();
        assertEquals("s t u", world.pullers("berlin"));
        assertPartition(world, List.of("s", "t", "u"));
        world.dies("t").settle();
        assertPartition(world, List.of("s", "u"));
        world.dies("u").settle();
        assertEquals(Orders.Share.ALL, world.orders("s").share());
    }

    private static void assertPartition(World world, List<String> pullers) {
        for (int piece = 0; piece < 100; piece++) {
            int fetching = 0;
            for (String name : pullers) {
                Orders.Share share = world.orders(name).share();
                assertEquals(pullers.size(), share.count());
                fetching += piece % share.count() == share.index() ? 1 : 0;
            }
            assertEquals(1, fetching, "piece " + piece);
        }
    }

    @Test
    void sitePeersOfDifferentSitesTrade() {
        World world = World.draw("""
            origin  O10
            berlin  *s3 a0
            lisbon  *t4 b0
            """);
        world.settle();
        assertEquals("O a t", world.allows("s"));
        assertEquals("O t", world.connects("s").replace("a ", "").replace(" a", ""));
        assertTrue(world.orders("s").connect().stream()
                .filter(hint -> world.owner(hint.address()).name.equals("t"))
                .allMatch(Orders.Hint::outside));
    }

    @Test
    void roamingAgentsGetTheOriginAndEachOther() {
        World world = World.draw("""
            origin  O10
            berlin  *s0
            nowhere q0 r0
            """);
        world.settle();
        assertEquals("O q", world.connects("r"));
        assertEquals("O", world.connects("s"));
        assertEquals("q r s", world.allows("O"));
    }

    @Test
    void siteThatStandsStillIsRescuedOneByOne() {
        World world = World.draw("""
            origin  O10
            berlin  *s0!29 a2!31 b1!31
            """);
        world.settle();
        assertEquals("", world.rescued("berlin"), "the site peer has stood still for 29 s only");
        world.agent("s").stalled = Duration.ofSeconds(30);
        world.decide();
        assertEquals("a", world.rescued("berlin"));
        assertTrue(world.orders("a").rescued());
        assertEquals(1, world.site("berlin").orElseThrow().newlyRescued().size());
        world.settle();
        assertEquals("O b s", world.allows("a"));
        assertEquals("a", world.rescued("berlin"), "the next one has to wait");
        world.later(Duration.ofSeconds(10)).decide();
        assertEquals("a b", world.rescued("berlin"));
        assertEquals(List.of(), SiteRule.broken(world));
    }

    @Test
    void rescueEndsWhenTheSitePeerPullsAgain() {
        World world = World.draw("""
            origin  O10
            berlin  *s0!30 a0!30
            """);
        world.settle();
        assertEquals("a", world.rescued("berlin"));
        world.agent("a").stalled = Duration.ZERO;
        world.later(Duration.ofSeconds(59)).settle();
        assertEquals("a", world.rescued("berlin"));
        world.later(Duration.ofSeconds(2)).settle();
        assertEquals("a", world.rescued("berlin"), "nobody else feeds the site yet");
        world.agent("s").stalled = Duration.ofSeconds(1);
        world.settle();
        assertEquals("", world.rescued("berlin"));
        assertEquals("s", world.allows("a"));
    }

    @Test
    void pullerWithAShareIsRescuedToAllPieces() {
        World world = World.draw("""
            origin  O10
            berlin  *s5!30 *t0!30 a0!30
            """);
        world.settle();
        assertEquals("s", world.rescued("berlin"));
        assertEquals(Orders.Share.ALL, world.orders("s").share());
        assertEquals(2, world.orders("t").share().count());
    }

    @Test
    void nobodyIsRescuedWhereThereIsNoSource() {
        World world = World.draw("""
            berlin  *s0!60 a0!60
            lisbon  c0!60
            """);
        world.settle();
        assertEquals("", world.rescued("berlin"));
    }

    @Test
    void completeOrdinaryAgentLendsWhereNoOriginLives() {
        World world = World.draw("""
            berlin  *s0 a0
            lisbon  c10 d10 e10
            """);
        world.settle();
        assertEquals("c d", world.connects("s").replace("a ", ""));
        assertEquals(Role.LEAD, world.orders("c").role());
        assertEquals(Role.ORDINARY, world.orders("e").role());
        assertEquals(List.of(), SiteRule.broken(world));
    }

    @Test
    void bansAreForgivenWhenTheyStarve() {
        World world = World.draw("""
            origin  O10
            berlin  *s0!9~O a0
            """);
        world.settle();
        assertEquals(0, world.orders("s").forgiveEpoch());
        world.agent("s").stalled = Duration.ofSeconds(10);
        world.settle();
        assertEquals(1, world.orders("s").forgiveEpoch());
        world.later(Duration.ofSeconds(19)).settle();
        assertEquals(1, world.orders("s").forgiveEpoch());
        world.later(Duration.ofSeconds(1)).settle();
        assertEquals(2, world.orders("s").forgiveEpoch());
    }

    @Test
    void banThatOthersDoNotShareIsForgivenSooner() {
        World outvoted = World.draw("""
            origin  O10
            berlin  *s1 a0!3~b b2 c0 d0
            """);
        outvoted.settle();
        assertEquals(1, outvoted.orders("a").forgiveEpoch());
        World liar = World.draw("""
            origin  O10
            berlin  *s1 a0!3~b b2 c0~b d0~b
            """);
        liar.settle();
        assertEquals(0, liar.orders("a").forgiveEpoch());
    }

    @Test
    void largeSiteIsOnePieceWithFewLinksEach() {
        StringBuilder drawing = new StringBuilder("origin  O10\nberlin  *s0");
        for (int i = 0; i < 300; i++) {
            drawing.append(" ").append(letters(i)).append("0");
        }
        World world = World.draw(drawing.toString());
        world.settle();
        assertEquals(List.of(), SiteRule.broken(world));
        Set<String> reached = new HashSet<>(Set.of("s"));
        Set<String> edge = reached;
        int hops = 0;
        while (!edge.isEmpty()) {
            Set<String> next = new HashSet<>();
            for (String name : edge) {
                next.addAll(List.of(world.allows(name).split(" ")));
            }
            next.removeAll(reached);
            reached.addAll(next);
            edge = next;
            hops++;
        }
        assertEquals(302, reached.size());
        assertTrue(hops <= 4, hops + " hops");
    }

    @Test
    void oneMoreAgentMovesFewLinksOfALargeSite() {
        StringBuilder drawing = new StringBuilder("origin  O10\nberlin  *s0");
        for (int i = 0; i < 200; i++) {
            drawing.append(" ").append(letters(i)).append("0");
        }
        World world = World.draw(drawing.toString());
        world.settle();
        var before = world.decision().orders();
        world.dies(letters(77)).settle();
        long moved = world.agents().stream()
                .filter(agent -> !world.orders(agent.name).equals(before.get(agent.id)))
                .count();
        assertNotEquals(0, moved);
        assertTrue(moved <= 2L * world.rules().insideRings(), moved + " agents were told something else");
    }

    private static String letters(int i) {
        return "x" + (char) ('a' + i / 26) + (char) ('a' + i % 26);
    }

    @Test
    void sameWorldGivesTheSameDecision() {
        String drawing = """
            origin  O10
            berlin  *s3 a0 b1!31 c2
            lisbon  d0 e5
            nowhere r0
            """;
        World one = World.draw(drawing).settle();
        World other = World.draw(drawing).settle();
        assertEquals(one.decision(), other.decision());
        assertFalse(one.decision().orders().isEmpty());
    }
}
