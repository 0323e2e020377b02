package packhorse.console.fleet;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import packhorse.core.topology.EndpointId;

/**
 * What importing a static list does.
 *
 * @param members who is in it afterwards, sorted
 * @param added who was not
 * @param removed who was and is not
 */
public record ListChange(List<EndpointId> members, List<EndpointId> added, List<EndpointId> removed) {
    public ListChange {
        members = List.copyOf(members);
        added = List.copyOf(added);
        removed = List.copyOf(removed);
    }

    /** From one list to another. */
    public static ListChange of(Collection<EndpointId> before, Collection<EndpointId> after) {
        Set<EndpointId> had = new HashSet<>(before);
        Set<EndpointId> has = new HashSet<>(after);
        return new ListChange(
                has.stream().sorted().toList(),
                has.stream().filter(one -> !had.contains(one)).sorted().toList(),
                had.stream().filter(one -> !has.contains(one)).sorted().toList());
    }

    /** For people. */
    public String line() {
        return members.size() + " endpoints: " + added.size() + " added, " + removed.size() + " removed, "
                + (members.size() - added.size()) + " as before";
    }
}
