package packhorse.console.rest;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import packhorse.console.fleet.Group;
import packhorse.console.fleet.GroupName;
import packhorse.console.fleet.ListChange;
import packhorse.console.office.GroupOffice;
import packhorse.core.UsageException;
import packhorse.core.topology.EndpointId;

/** Groups of endpoints. */
final class GroupRoutes {
    private static final String ALL = "/groups";
    private static final String ONE = ALL + "/{group}";
    private static final String ID = "The group's name.";

    private GroupRoutes() {}

    /**
     * A new group and its name.
     *
     * @param about one line for people
     * @param query over what is known of endpoints: {@code site==berlin;label.ring==first}
     * @param listed endpoints by their ids, whatever the query says
     */
    public record NewGroup(GroupName name, String about, Optional<String> query, Optional<List<EndpointId>> listed) {
        GroupOffice.GroupForm form() {
            return new GroupOffice.GroupForm(about, query, listed);
        }
    }

    /**
     * What came of a table.
     *
     * @param text how many of what, for people
     */
    public record Relisted(GroupName group, String text) {
        static Relisted of(GroupName group, ListChange change) {
            return new Relisted(group, change.line());
        }
    }

    static List<Route> of(GroupOffice office) {
        return List.of(
                Route.get(ALL, "listGroups", "Lists groups of endpoints by name.")
                        .storedPage(GroupLine.class)
                        .does(call -> {
                            int limit = call.limit();
                            return Answer.storedPage(office.list(call.after(), limit + 1), limit, GroupLine::of);
                        }),
                Route.post(ALL, "addGroup", "Makes a group: by a query, by a list, or both.")
                        .access(EndpointRoutes.OPERATORS)
                        .body(NewGroup.class)
                        .created(Group.class, ALL)
                        .does(call -> {
                            NewGroup form = call.body(NewGroup.class);
                            return Answer.of(office.write(call.who(), form.name(), OptionalLong.of(0), form.form()));
                        }),
                Route.post(
                                ALL + "/import",
                                "importGroup",
                                "Takes a group's list from a table, all of it or nothing; its query stays.")
                        .asking("name", Parameter.Type.TEXT, "The group's name; one that is not there is made.")
                        .access(EndpointRoutes.OPERATORS)
                        .file(EndpointRoutes.TABLE)
                        .one(Relisted.class)
                        .does(call -> {
                            GroupName name = call.query("name", GroupName::new)
                                    .orElseThrow(() -> new UsageException("whose list is it? write name=GROUP"));
                            return Answer.of(
                                    Relisted.of(name, office.importList(call.who(), name, call.bytes(), "the table")));
                        }),
                one(Route.get(ONE, "readGroup", "Shows a group, its whole list with it."))
                        .stored(Group.class)
                        .does(call -> Answer.of(office.get(name(call)))),
                one(Route.put(ONE, "writeGroup", "Writes another text of a group."))
                        .access(EndpointRoutes.OPERATORS)
                        .versioned()
                        .body(GroupOffice.GroupForm.class)
                        .stored(Group.class)
                        .does(call -> Answer.of(office.write(
                                call.who(), name(call), call.seen(), call.body(GroupOffice.GroupForm.class)))),
                one(Route.delete(ONE, "removeGroup", "Takes a group away, unless another one asks for it."))
                        .access(EndpointRoutes.OPERATORS)
                        .versioned()
                        .does(call -> {
                            office.remove(call.who(), name(call), call.seen());
                            return Answer.done();
                        }),
                one(Route.get(ONE + "/members", "listMembers", "Lists who is in a group now, by their ids."))
                        .page(EndpointLine.class)
                        .does(call -> {
                            int limit = call.limit();
                            Optional<EndpointId> after = call.query("after", EndpointId::parse);
                            return Answer.page(
                                    office.members(name(call), after, limit + 1).stream()
                                            .map(EndpointLine::of)
                                            .toList(),
                                    limit,
                                    one -> one.endpoint().toString());
                        }));
    }

    private static Route.Draft one(Route.Draft draft) {
        return draft.with("group", ID);
    }

    private static GroupName name(Call call) {
        return call.path("group", GroupName::new);
    }
}
