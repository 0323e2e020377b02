package packhorse.console.rest;

import packhorse.console.fleet.Group;

/**
 * A group in a list.
 *
 * @param about one line for people
 * @param query empty where there is none
 * @param listed how many its list names
 */
public record GroupLine(String about, String query, int listed) {
    static GroupLine of(Group group) {
        return new GroupLine(group.about(), group.query(), group.listed().size());
    }
}
