package packhorse.console.fleet;

import java.util.List;
import packhorse.core.topology.EndpointId;

/**
 * A part of the fleet that has a name: whoever a query finds, whoever a list names, or both.
 *
 * @param about one line for people
 * @param query over what is known of endpoints; may be empty
 * @param listed sorted, each once
 */
public record Group(GroupName name, String about, String query, List<EndpointId> listed) {
    /** More than the largest list that anybody imports. */
    public static final int LISTED_MAX = 1_000_000;

    static final int ABOUT_CHARS_MAX = 200;

    public Group {
        about = about.strip();
        query = query.strip();
        if (about.length() > ABOUT_CHARS_MAX) {
            throw new IllegalArgumentException("what the group " + name + " is about has " + about.length()
                    + " characters; at most " + ABOUT_CHARS_MAX + " are kept");
        }
        if (listed.size() > LISTED_MAX) {
            throw new IllegalArgumentException(
                    "the list of the group " + name + " has " + listed.size() + " endpoints; at most " + LISTED_MAX);
        }
        listed = listed.stream().sorted().distinct().toList();
    }

    /** With this list and the same query. */
    public Group listing(List<EndpointId> now) {
        return new Group(name, about, query, now);
    }
}
