package packhorse.console.office;

import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import packhorse.console.change.Actor;
import packhorse.console.change.Role;
import packhorse.console.fleet.EndpointFacts;
import packhorse.console.fleet.LabelChange;
import packhorse.console.fleet.Labels;
import packhorse.console.fleet.Narrowing;
import packhorse.console.fleet.Query;
import packhorse.console.fleet.Roster;
import packhorse.console.fleet.csv.EndpointFile;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Fleet;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Refusal;
import packhorse.console.ledger.Refusal.Why;
import packhorse.core.topology.EndpointId;

/** What people do with endpoints: find them, write labels on them, take them out of service. */
public final class EndpointOffice {
    private static final Set<Role> OPERATORS = Set.of(Role.INSTALLATION_COORDINATOR, Role.ADMINISTRATOR);

    private final Desk desk;
    private final FleetFacts facts;

    /** @param facts reads groups and endpoints */
    public EndpointOffice(Books books, FleetFacts facts) {
        this.desk = new Desk(books);
        this.facts = facts;
    }

    /**
     * Labels of one endpoint.
     *
     * @param labels to write, by name: {@code ring=first}
     * @param away names of those to take away
     */
    public record LabelForm(Map<String, String> labels, Optional<Set<String>> away) {}

    /** One endpoint, by its id or by its host's name where only one has it. */
    public Fleet.Row endpoint(String idOrName) {
        return desk.read(pages -> pages.fleet().get(named(pages, idOrName)));
    }

    /**
     * Endpoints in the order of their ids.
     *
     * @param query absent: all
     */
    public List<Fleet.Row> endpoints(Optional<String> query, Optional<EndpointId> after, int limit) {
        if (limit < 1 || limit > Lists.PAGE_MAX) {
            throw Desk.invalid("a page of " + limit + " endpoints; ask for 1 to " + Lists.PAGE_MAX);
        }
        return desk.read(pages -> {
            if (query.isEmpty()) {
                return pages.fleet().list(after, limit);
            }
            Roster roster = facts.roster(pages);
            Query<EndpointFacts> wanted = Desk.valid(() -> roster.read(query.get()));
            return some(pages, Narrowing.of(wanted, roster), after, limit, one -> wanted.matches(one, pages.now()));
        });
    }

    /** Some of those that fit, in the order of their ids. Cost: O(endpoints that the narrowing leaves), where few of them fit. */
    static List<Fleet.Row> some(
            Pages pages, Narrowing narrowing, Optional<EndpointId> after, int limit, Predicate<EndpointFacts> fits) {
        List<Fleet.Row> found = new ArrayList<>();
        pages.fleet().each(narrowing, after, row -> {
            if (fits.test(row.facts())) {
                found.add(row);
            }
            return found.size() < limit;
        });
        return found;
    }

    /** Writes labels on an endpoint; those that are not named stay. */
    public Fleet.Row label(Actor.Person who, String idOrName, OptionalLong seen, LabelForm form) {
        return desk.write(who, pages -> {
            Desk.requireRole(who, OPERATORS, "labels are written");
            Fleet.Row before = pages.fleet().get(named(pages, idOrName));
            EndpointId endpoint = before.facts().endpoint();
            Map<String, String> labels = new TreeMap<>(before.facts().labels());
            labels.putAll(form.labels());
            form.away().orElse(Set.of()).forEach(labels::remove);
            Fleet.Row kept = pages.fleet().label(endpoint, seen, Labels.checked(labels));
            pages.audit("endpoint.label", endpoint.toString(), Desk.details("labels", labels.toString()));
            return kept;
        });
    }

    /**
     * Takes labels from a table: all of it, or nothing.
     *
     * @param name what problems call the file
     */
    public LabelChange labels(Actor.Person who, byte[] table, String name) {
        return desk.write(who, pages -> {
            Desk.requireRole(who, OPERATORS, "labels are written");
            LabelChange change = Tables.taken(
                    () -> EndpointFile.labels(new ByteArrayInputStream(table), name, facts.directory(pages)));
            change.labels().forEach((endpoint, labels) -> pages.fleet().label(endpoint, OptionalLong.empty(), labels));
            pages.audit("endpoint.labels", name.isBlank() ? "table" : name, Desk.details("change", change.line()));
            return change;
        });
    }

    /** Takes an endpoint out of service. */
    public Fleet.Row retire(Actor.Person who, String idOrName, OptionalLong seen) {
        return desk.write(who, pages -> {
            Desk.requireRole(who, OPERATORS, "an endpoint is retired");
            EndpointId endpoint = named(pages, idOrName);
            Fleet.Row kept = pages.fleet().retire(endpoint, seen);
            pages.audit("endpoint.retire", endpoint.toString(), Desk.details());
            return kept;
        });
    }

    /** Whom a person means, by the id or by the host's name where only one has it. An id may be of one that never came. */
    static EndpointId named(Pages pages, String idOrName) {
        String wanted = idOrName.strip();
        if (wanted.matches("[0-9a-fA-F]{" + 2 * EndpointId.LENGTH_BYTES + "}")) {
            return EndpointId.parse(wanted);
        }
        List<Fleet.Row> rows = pages.fleet().named(wanted);
        if (rows.size() == 1) {
            return rows.getFirst().facts().endpoint();
        }
        throw new Refusal(
                Why.NOT_THERE,
                rows.isEmpty()
                        ? "no endpoint is \"" + (wanted.length() > 64 ? wanted.substring(0, 64) : wanted)
                                + "\", by id or by name"
                        : rows.size() + " endpoints are called " + wanted + ", such as "
                                + rows.getFirst().facts().endpoint() + "; write the id");
    }
}
