package packhorse.console.fleet;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import packhorse.core.topology.EndpointId;

/**
 * All groups, ready to say who is in them. A group's query may ask for other groups, {@code group==berlin;os==windows}, but not in a circle. A roster is
 * whole or is not: one bad query, unknown group or circle is one line that names the group.
 *
 * <p>Cost of asking whether an endpoint is in a group: O(comparisons of its query and of all it asks for), which is bounded.
 */
public final class Roster {
    public static final int GROUPS_MAX = 10_000;

    /** Queries that one query may lead to, each counted as often as it is asked; else a few groups could ask each other a million times. */
    static final int QUERIES_MAX = 1_000;

    /** Groups that ask for groups that ask for groups. */
    static final int NESTING_MAX = 16;

    private final TreeMap<GroupName, Member> groups = new TreeMap<>();
    private final Fields<EndpointFacts> fields;
    private final QueryReader reader;

    /** One group, its query read. */
    private record Member(Group group, Optional<Query<EndpointFacts>> query) {
        boolean contains(EndpointFacts facts, Instant now) {
            return Collections.binarySearch(group.listed(), facts.endpoint()) >= 0
                    || (query.isPresent() && query.get().matches(facts, now));
        }
    }

    private Roster(QueryReader reader) {
        this.reader = reader;
        this.fields = EndpointFields.with(this::asked);
    }

    /**
     * Reads all queries.
     *
     * @throws IllegalArgumentException with the group, the place and the mend
     */
    public static Roster of(Collection<Group> groups, QueryReader reader) {
        if (groups.size() > GROUPS_MAX) {
            throw new IllegalArgumentException(groups.size() + " groups; at most " + GROUPS_MAX + " are kept");
        }
        Roster roster = new Roster(reader);
        for (Group group : groups) {
            if (roster.groups.put(group.name(), new Member(group, Optional.empty())) != null) {
                throw new IllegalArgumentException("two groups are named " + group.name());
            }
        }
        for (Group group : groups) {
            try {
                roster.groups.put(group.name(), new Member(group, roster.queryOf(group)));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("the group " + group.name() + ": " + e.getMessage(), e);
            }
        }
        Map<GroupName, Load> loads = new HashMap<>();
        for (GroupName name : roster.groups.keySet()) {
            roster.load(name, List.of(), loads);
        }
        return roster;
    }

    private Optional<Query<EndpointFacts>> queryOf(Group group) {
        return group.query().isEmpty() ? Optional.empty() : Optional.of(reader.read(group.query(), fields));
    }

    /**
     * What asking for a group leads to.
     *
     * @param queries its own among them
     * @param levels of groups that ask for groups
     */
    private record Load(int queries, int levels) {}

    private Load load(GroupName name, List<GroupName> path, Map<GroupName, Load> loads) {
        Load known = loads.get(name);
        if (known != null) {
            return known;
        }
        List<GroupName> here = new ArrayList<>(path);
        here.add(name);
        if (path.contains(name)) {
            throw new IllegalArgumentException("the group " + name + " is part of itself: "
                    + String.join(
                            " asks for ", here.stream().map(GroupName::word).toList()) + "; take one of them out");
        }
        int queries = 1;
        int levels = 1;
        for (GroupName other : askedBy(name)) {
            Load load = here.size() > NESTING_MAX ? new Load(1, NESTING_MAX) : load(other, here, loads);
            queries += load.queries();
            levels = Math.max(levels, 1 + load.levels());
            if (queries > QUERIES_MAX || levels > NESTING_MAX) {
                throw new IllegalArgumentException("the group " + name + " leads to more than " + QUERIES_MAX
                        + " queries of other groups, or " + NESTING_MAX + " inside each other; ask for fewer groups");
            }
        }
        Load load = new Load(queries, levels);
        loads.put(name, load);
        return load;
    }

    /** The groups that a group's query asks for, each as often as it does. */
    private List<GroupName> askedBy(GroupName name) {
        Member member = groups.get(name);
        return member == null
                ? List.of()
                : member.query().stream()
                        .flatMap(query -> query.term().comparisons())
                        .filter(comparison -> comparison.field().name().equals(EndpointFields.GROUP))
                        .flatMap(comparison -> named(comparison.operands()).stream())
                        .toList();
    }

    /** The groups that a query's values name; each value names at least one. */
    private List<GroupName> named(List<Operand> operands) {
        return groups.keySet().stream()
                .filter(name -> operands.stream().anyMatch(operand -> operand.is(name.word(), Instant.EPOCH)))
                .toList();
    }

    private Field.Values<EndpointFacts> asked(List<Operand> operands) {
        for (Operand operand : operands) {
            if (named(List.of(operand)).isEmpty() && !operand.text().contains("*")) {
                List<String> names =
                        groups.keySet().stream().map(GroupName::word).toList();
                throw new IllegalArgumentException(
                        "there is no group \"" + operand.text() + "\"" + Nearest.hint(operand.text(), names));
            }
        }
        List<GroupName> named = named(operands);
        return (facts, now) -> named.stream()
                .filter(name -> contains(name, facts, now))
                .map(GroupName::word)
                .toList();
    }

    /** Whom the groups that a query's values name can be at most. */
    Narrowing narrowed(List<Operand> operands) {
        return Narrowing.anyOf(named(operands).stream().map(this::narrowed).toList());
    }

    /** Whom a group can be at most; an unknown one is nobody. */
    public Narrowing narrowed(GroupName name) {
        Member member = groups.get(name);
        if (member == null) {
            return new Narrowing.AnyOf(List.of());
        }
        List<Narrowing> parts = new ArrayList<>();
        if (!member.group().listed().isEmpty()) {
            parts.add(new Narrowing.Listed(member.group().listed()));
        }
        member.query().ifPresent(query -> parts.add(Narrowing.of(query, this)));
        return Narrowing.anyOf(parts);
    }

    /** What queries over endpoints may ask for, these groups among it. */
    public Fields<EndpointFacts> fields() {
        return fields;
    }

    /**
     * Reads a query over endpoints.
     *
     * @throws BadQueryException with the place and the mend
     */
    public Query<EndpointFacts> read(String query) {
        return reader.read(query, fields);
    }

    /** All groups, by name. */
    public List<Group> groups() {
        return groups.values().stream().map(Member::group).toList();
    }

    public Optional<Group> find(GroupName name) {
        return Optional.ofNullable(groups.get(name)).map(Member::group);
    }

    /** Everything that has to be loaded of endpoints to answer for all groups: the selectors of their queries. */
    public SortedSet<String> selectors() {
        SortedSet<String> selectors = new TreeSet<>();
        groups.values().forEach(member -> member.query().ifPresent(query -> selectors.addAll(query.selectors())));
        return selectors;
    }

    /** Whether an endpoint is in the group; in an unknown one nobody is. */
    public boolean contains(GroupName name, EndpointFacts facts, Instant now) {
        Member member = groups.get(name);
        return member != null && member.contains(facts, now);
    }

    /** The groups that an endpoint is in. Cost: O(all groups). */
    public List<GroupName> groupsOf(EndpointFacts facts, Instant now) {
        return groups.keySet().stream()
                .filter(name -> contains(name, facts, now))
                .toList();
    }

    /** Who of {@code fleet} is in the group, sorted. */
    public List<EndpointId> members(GroupName name, Collection<EndpointFacts> fleet, Instant now) {
        return fleet.stream()
                .filter(facts -> contains(name, facts, now))
                .map(EndpointFacts::endpoint)
                .sorted()
                .toList();
    }
}
