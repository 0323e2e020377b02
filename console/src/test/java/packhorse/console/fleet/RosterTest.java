package packhorse.console.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import packhorse.console.fleet.rsql.RsqlReader;

final class RosterTest {
    static Group group(String name, String query, int... listed) {
        return new Group(
                new GroupName(name),
                "",
                query,
                Arrays.stream(listed).mapToObj(Machines::id).toList());
    }

    static Roster roster(Group... groups) {
        return Roster.of(List.of(groups), new RsqlReader());
    }

    private static String refusal(Group... groups) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, () -> roster(groups))
                .getMessage());
    }

    @Test
    void aGroupIsWhoeverItsQueryFindsAndWhoeverItsListNames() {
        Roster roster = roster(
                group("north", "site==hamburg"),
                group("pilots", "", 3, 1, 3),
                group("both", "group==north,group==pilots", 4),
                group("empty", ""));
        List<EndpointFacts> fleet = List.of(
                Machines.desktop(1, "berlin", Map.of()),
                Machines.desktop(2, "hamburg", Map.of()),
                Machines.desktop(3, "hamburg", Map.of()),
                Machines.desktop(4, "berlin", Map.of()),
                Machines.desktop(5, "berlin", Map.of()));
        assertEquals(ids(2, 3), roster.members(new GroupName("north"), fleet, Machines.NOON));
        assertEquals(ids(1, 3), roster.members(new GroupName("pilots"), fleet, Machines.NOON));
        assertEquals(ids(1, 2, 3, 4), roster.members(new GroupName("both"), fleet, Machines.NOON));
        assertEquals(List.of(), roster.members(new GroupName("empty"), fleet, Machines.NOON));
        assertEquals(List.of(), roster.members(new GroupName("unknown"), fleet, Machines.NOON));
        assertEquals(
                List.of(new GroupName("both"), new GroupName("north"), new GroupName("pilots")),
                roster.groupsOf(fleet.get(2), Machines.NOON));
        assertEquals(Set.of("group", "site"), roster.selectors());
        assertEquals(
                ids(1, 3), roster.find(new GroupName("pilots")).orElseThrow().listed());
    }

    private static List<packhorse.core.topology.EndpointId> ids(int... numbers) {
        return IntStream.of(numbers).mapToObj(Machines::id).toList();
    }

    @Test
    void aQueryMayAskForGroupsByNameListAndPattern() {
        Roster roster = roster(group("north", "site==hamburg"), group("south", "site==munich"), group("pilots", "", 3));
        EndpointFacts hamburg = Machines.desktop(3, "hamburg", Map.of());
        assertTrue(roster.read("group==north;group==pilots").matches(hamburg, Machines.NOON));
        assertTrue(roster.read("group=in=(south,pilots)").matches(hamburg, Machines.NOON));
        assertTrue(roster.read("group==no*").matches(hamburg, Machines.NOON));
        assertTrue(roster.read("group!=south").matches(hamburg, Machines.NOON));
        assertFalse(roster.read("group==so*").matches(hamburg, Machines.NOON));
        assertFalse(roster.read("group=out=(south,pilots)").matches(hamburg, Machines.NOON));
        assertFalse(roster.read("group==x*").matches(hamburg, Machines.NOON));
        BadQueryException e = assertThrows(BadQueryException.class, () -> roster.read("site==x;group==nroth"));
        assertEquals("the query, column 16: there is no group \"nroth\"; did you mean \"north\"?", e.getMessage());
    }

    @Test
    void aBadQueryAnUnknownGroupAndAGroupThatIsPartOfItselfAreNamed() {
        assertEquals(
                "the group desks: the query, column 1: an endpoint has no \"stie\"; did you mean \"site\"?",
                refusal(group("desks", "stie==x")).replaceAll(" \\(.*", ""));
        assertTrue(refusal(group("a", "group==b"))
                .startsWith("the group a: the query, column 8: there is no group \"b\""));
        assertEquals(
                "the group a is part of itself: a asks for b asks for c asks for a; take one of them out",
                refusal(group("a", "group==b"), group("b", "site==x,group==c"), group("c", "group==a")));
        assertEquals("two groups are named a", refusal(group("a", ""), group("a", "")));
        assertTrue(refusal(group("a", "group==*")).contains("part of itself"));
        assertTrue(String.valueOf(assertThrows(IllegalArgumentException.class, () -> new GroupName("a b"))
                        .getMessage())
                .contains("is no name of a group"));
    }

    @Test
    void groupsThatWouldAskEachOtherAMillionTimesAreRefused() {
        List<Group> groups = new ArrayList<>(List.of(group("g0", "site==x")));
        for (int i = 1; i <= 14; i++) {
            groups.add(group("g" + i, "group==g" + (i - 1) + ";group==g" + (i - 1)));
        }
        assertTrue(refusal(groups.toArray(Group[]::new)).contains("leads to more than 1000 queries"));
        for (boolean forward : new boolean[] {true, false}) {
            List<Group> chain = new ArrayList<>();
            for (int i = 0; i <= Roster.NESTING_MAX; i++) {
                int here = forward ? i : 99 - i;
                int before = forward ? i - 1 : 99 - i + 1;
                chain.add(group(
                        String.format("h%02d", here), i == 0 ? "site==x" : String.format("group==h%02d", before)));
            }
            assertTrue(refusal(chain.toArray(Group[]::new)).contains("or 16 inside each other"));
            roster(chain.subList(0, Roster.NESTING_MAX).toArray(Group[]::new));
        }
    }
}
