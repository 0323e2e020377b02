package packhorse.console.office;

import java.io.ByteArrayInputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import packhorse.console.change.Actor;
import packhorse.console.change.Role;
import packhorse.console.fleet.EndpointFacts;
import packhorse.console.fleet.Group;
import packhorse.console.fleet.GroupName;
import packhorse.console.fleet.ListChange;
import packhorse.console.fleet.Roster;
import packhorse.console.fleet.TargetSelection;
import packhorse.console.fleet.csv.EndpointFile;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Fleet;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.console.wave.Targets;
import packhorse.core.topology.EndpointId;

/** Groups of endpoints: by a query, by a list, or both. */
public final class GroupOffice {
    private static final Set<Role> OPERATORS = Set.of(Role.INSTALLATION_COORDINATOR, Role.ADMINISTRATOR);

    private final Desk desk;
    private final FleetFacts facts;

    /** @param facts reads groups and endpoints */
    public GroupOffice(Books books, FleetFacts facts) {
        this.desk = new Desk(books);
        this.facts = facts;
    }

    /**
     * A group.
     *
     * @param about one line for people
     * @param query over what is known of endpoints: {@code site==berlin;label.ring==1}
     * @param listed endpoints by their ids, whatever the query says
     */
    public record GroupForm(String about, Optional<String> query, Optional<List<EndpointId>> listed) {}

    /** Writes a group, or another text of one. Refused where its query, or that of a group that asks for it, cannot be read then. */
    public Stored<Group> write(Actor.Person who, GroupName name, OptionalLong seen, GroupForm form) {
        return desk.write(who, pages -> {
            Desk.requireRole(who, OPERATORS, "a group is written");
            Group group = new Group(
                    name, form.about(), form.query().orElse(""), form.listed().orElse(List.of()));
            return keep(pages, group, seen);
        });
    }

    /** Takes a group's static list from a table: all of it, or nothing. */
    public ListChange importList(Actor.Person who, GroupName name, byte[] table, String file) {
        return desk.write(who, pages -> {
            Desk.requireRole(who, OPERATORS, "a group is written");
            Optional<Stored<Group>> before = pages.find(OfficeKinds.GROUP, name.word());
            Group was = before.map(Stored::value).orElseGet(() -> new Group(name, "", "", List.of()));
            ListChange change = Tables.taken(() ->
                    EndpointFile.list(new ByteArrayInputStream(table), file, facts.directory(pages), was.listed()));
            keep(pages, was.listing(change.members()), OptionalLong.empty());
            return change;
        });
    }

    private Stored<Group> keep(Pages pages, Group group, OptionalLong seen) {
        Stored<Group> kept = Desk.put(pages, OfficeKinds.GROUP, group.name().word(), seen, group);
        Roster roster = facts.roster(pages);
        pages.audit(
                "group.write",
                group.name().word(),
                Desk.details(
                        "query",
                        group.query(),
                        "listed",
                        Integer.toString(group.listed().size()),
                        "groups",
                        Integer.toString(roster.groups().size())));
        return kept;
    }

    /** Takes a group away; refused while another group, a requirement, an entitlement or the plan of an order that goes on asks for it. */
    public void remove(Actor.Person who, GroupName name, OptionalLong seen) {
        desk.write(who, pages -> {
            Desk.requireRole(who, OPERATORS, "a group is taken away");
            Roster before = facts.roster(pages);
            pages.remove(pages.get(OfficeKinds.GROUP, name.word(), seen));
            Roster after = facts.roster(pages);
            needed(pages, name, before, after).ifPresent(why -> {
                throw Desk.refused("the group " + name + " is not taken away: " + why);
            });
            pages.audit("group.remove", name.word(), Desk.details());
            return 0;
        });
    }

    /** What could not go on without a group. */
    private static Optional<String> needed(Pages pages, GroupName name, Roster before, Roster after) {
        int required = Lists.of(pages, OfficeKinds.REQUIREMENT, name.word()).size();
        if (required > 0) {
            return Optional.of(
                    required == 1
                            ? "a requirement is for it; take that back first"
                            : required + " requirements are for it; take them back first");
        }
        Optional<String> entitled = pages.find(EntitlementList.KIND, EntitlementList.ID).stream()
                .flatMap(list -> list.value().lines().stream())
                .filter(line -> line.groups().contains(name.word()))
                .map(EntitlementList.Line::releases)
                .findFirst();
        if (entitled.isPresent()) {
            return entitled.map(
                    releases -> "it is entitled to " + releases + "; write the entitlements without it first");
        }
        return Lists.all(pages, Kinds.PLAN, Optional.empty()).stream()
                .filter(plan -> goesOn(pages, plan.id())
                        && readable(plan.value().targets(), before, pages.now())
                        && !readable(plan.value().targets(), after, pages.now()))
                .map(plan -> plan.id() + " is for it; plan it for others, or let it end first")
                .findFirst();
    }

    private static boolean goesOn(Pages pages, String order) {
        return pages.find(Kinds.ORDER, order)
                .filter(stored -> !stored.value().state().isFinal())
                .isPresent();
    }

    private static boolean readable(Targets targets, Roster roster, Instant now) {
        try {
            Predicate<EndpointFacts> unusedTaking = TargetSelection.taking(targets, roster, now);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Groups, by name. */
    public List<Stored<Group>> list(String after, int limit) {
        return desk.read(
                pages -> Lists.page(pages, OfficeKinds.GROUP, Optional.empty(), Optional.empty(), after, limit));
    }

    /** One group. */
    public Stored<Group> get(GroupName name) {
        return desk.read(pages -> pages.get(OfficeKinds.GROUP, name.word()));
    }

    /** Who is in a group now. */
    public List<EndpointId> members(GroupName name) {
        return desk.read(pages -> {
            pages.get(OfficeKinds.GROUP, name.word());
            Roster roster = facts.roster(pages);
            List<EndpointId> members = new ArrayList<>();
            pages.fleet()
                    .choose(
                            roster.narrowed(name),
                            one -> roster.contains(name, one, pages.now()),
                            one -> members.add(one.endpoint()));
            members.sort(Comparator.naturalOrder());
            return members;
        });
    }

    /** Some of who is in a group now, in the order of their ids. */
    public List<Fleet.Row> members(GroupName name, Optional<EndpointId> after, int limit) {
        return desk.read(pages -> {
            pages.get(OfficeKinds.GROUP, name.word());
            Roster roster = facts.roster(pages);
            return EndpointOffice.some(
                    pages, roster.narrowed(name), after, limit, one -> roster.contains(name, one, pages.now()));
        });
    }
}
