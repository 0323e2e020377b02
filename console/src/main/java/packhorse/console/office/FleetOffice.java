package packhorse.console.office;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import packhorse.console.calendar.Blackout;
import packhorse.console.change.Actor;
import packhorse.console.change.Role;
import packhorse.console.fleet.Directory;
import packhorse.console.fleet.EndpointFacts;
import packhorse.console.fleet.Group;
import packhorse.console.fleet.GroupName;
import packhorse.console.fleet.LabelChange;
import packhorse.console.fleet.Labels;
import packhorse.console.fleet.ListChange;
import packhorse.console.fleet.Query;
import packhorse.console.fleet.Roster;
import packhorse.console.fleet.csv.EndpointFile;
import packhorse.console.fleet.csv.Imported;
import packhorse.console.icalendar.CalendarFile;
import packhorse.console.icalendar.ImportRules;
import packhorse.console.icalendar.ImportedCalendar;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Fleet;
import packhorse.console.ledger.Kind;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Refusal;
import packhorse.console.ledger.Refusal.Why;
import packhorse.console.ledger.Stored;
import packhorse.core.UsageException;
import packhorse.core.config.SiteMapFile;
import packhorse.core.content.Sha256;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.JoinToken;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.Link;
import packhorse.core.topology.Site;
import packhorse.core.topology.SiteMap;
import packhorse.core.topology.Subnet;
import packhorse.core.unit.ByteRate;

/**
 * What people do with the fleet: endpoints with their labels, groups, sites, freeze calendars, join tokens, the deny-list. What trackers
 * go by (sites, deny-list) has a revision that grows with each change.
 */
public final class FleetOffice {
    /** As long as an authority's own tokens. */
    public static final Duration TOKEN_LIFE_MAX = Duration.ofDays(7);

    private static final Set<Role> OPERATORS = Set.of(Role.INSTALLATION_COORDINATOR, Role.ADMINISTRATOR);
    private static final Set<Role> ADMINISTRATORS = Set.of(Role.ADMINISTRATOR);
    private static final Set<Role> FREEZERS =
            Set.of(Role.CHANGE_COORDINATOR, Role.INSTALLATION_COORDINATOR, Role.APPROVER, Role.ADMINISTRATOR);
    private static final String SITES = "sites";
    private static final String DENIED = "denied";

    private final Desk desk;
    private final FleetFacts facts;
    private final Optional<Pins> pins;
    private final SecureRandom random;

    /**
     * @param facts reads groups and endpoints
     * @param pins what join tokens carry; absent: this console makes none
     */
    public FleetOffice(Books books, FleetFacts facts, Optional<Pins> pins, SecureRandom random) {
        this.desk = new Desk(books);
        this.facts = facts;
        this.pins = pins;
        this.random = random;
    }

    /**
     * What a join token tells a new machine.
     *
     * @param url where the authority is
     * @param root the digest of the deployment root's public key
     * @param catalogue the digest of the catalogue's root
     */
    public record Pins(URI url, Sha256 root, Sha256 catalogue) {}

    /** A group. */
    public record GroupForm(String about, Optional<String> query, Optional<List<EndpointId>> listed) {}

    /**
     * A site as people write it.
     *
     * @param down into the site: {@code 100Mbit}
     * @param up out of it
     * @param zone of its clock: {@code Europe/Berlin}
     */
    public record SiteForm(
            ZoneId zone,
            List<String> subnets,
            String down,
            String up,
            Optional<List<String>> sitePeers,
            Optional<Boolean> servesOutsiders,
            Optional<Boolean> lanMayBePlain) {
        Site site(String name) {
            return new Site(
                    name,
                    subnets.stream().map(Subnet::parse).toList(),
                    new Link(ByteRate.parse(down), ByteRate.parse(up)),
                    sitePeers.orElse(List.of()).stream().map(IpAddress::parse).collect(Collectors.toSet()),
                    servesOutsiders.orElse(false),
                    lanMayBePlain.orElse(false));
        }
    }

    /** A join token that is wanted. */
    public record TokenForm(
            String site,
            Optional<String> role,
            Optional<List<String>> names,
            Optional<EndpointId> endpoint,
            Optional<Duration> lasts) {}

    /** A join token as it is shown, once. */
    public record Shown(String token, Stored<KeptToken> stored) {
        /** Says nothing of the secret. */
        @Override
        public String toString() {
            return "join token " + stored.id();
        }
    }

    /** What trackers go by, with its revision. */
    public record Revised<T>(long revision, T value) {}

    // ---- endpoints

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
            Query<EndpointFacts> wanted = Desk.valid(() -> facts.roster(pages).read(query.get()));
            List<Fleet.Row> found = new ArrayList<>();
            Optional<EndpointId> from = after;
            while (found.size() < limit) {
                List<Fleet.Row> some = pages.fleet().list(from, Fleet.LIMIT_MAX);
                some.stream()
                        .filter(row -> wanted.matches(row.facts(), pages.now()))
                        .limit(limit - found.size())
                        .forEach(found::add);
                if (some.size() < Fleet.LIMIT_MAX) {
                    break;
                }
                from = Optional.of(some.getLast().facts().endpoint());
            }
            return found;
        });
    }

    /** Writes labels in place of those that an endpoint has. */
    public Fleet.Row label(Actor.Person who, String idOrName, OptionalLong seen, Map<String, String> labels) {
        return desk.write(who, pages -> {
            Desk.requireRole(who, OPERATORS, "labels are written");
            EndpointId endpoint = named(pages, idOrName);
            Fleet.Row kept = pages.fleet().label(endpoint, seen, Labels.checked(labels));
            pages.audit(
                    "endpoint.label", endpoint.toString(), Desk.details("labels", new TreeMap<>(labels).toString()));
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
            LabelChange change = taken(
                    () -> EndpointFile.labels(new ByteArrayInputStream(table), name, Directory.of(facts.all(pages))));
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

    private static EndpointId named(Pages pages, String idOrName) {
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

    private interface Reading<T> {
        Imported<T> read() throws IOException;
    }

    private static <T> T taken(Reading<T> reading) {
        try {
            return switch (reading.read()) {
                case Imported.Ready<T>(T change, var notes) -> change;
                case Imported.Refused<T>(List<String> problems) ->
                    throw Desk.invalid(
                            problems.size() == 1
                                    ? problems.getFirst()
                                    : problems.getFirst() + "; and " + (problems.size() - 1) + " problems more");
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- groups

    /** Writes a group, or another text of one. Refused where its query, or that of a group that asks for it, cannot be read then. */
    public Stored<Group> group(Actor.Person who, GroupName name, OptionalLong seen, GroupForm form) {
        return desk.write(who, pages -> {
            Desk.requireRole(who, OPERATORS, "a group is written");
            Group group = new Group(
                    name, form.about(), form.query().orElse(""), form.listed().orElse(List.of()));
            return keep(pages, group, seen);
        });
    }

    /** Takes a group's static list from a table: all of it, or nothing. */
    public ListChange groupList(Actor.Person who, GroupName name, byte[] table, String file) {
        return desk.write(who, pages -> {
            Desk.requireRole(who, OPERATORS, "a group is written");
            Optional<Stored<Group>> before = pages.find(OfficeKinds.GROUP, name.word());
            Group was = before.map(Stored::value).orElseGet(() -> new Group(name, "", "", List.of()));
            ListChange change = taken(() -> EndpointFile.list(
                    new ByteArrayInputStream(table), file, Directory.of(facts.all(pages)), was.listed()));
            keep(pages, was.listing(change.members()), OptionalLong.empty());
            return change;
        });
    }

    private Stored<Group> keep(Pages pages, Group group, OptionalLong seen) {
        Stored<Group> kept = put(pages, OfficeKinds.GROUP, group.name().word(), seen, group);
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

    /** Takes a group away; refused while another group asks for it. */
    public void removeGroup(Actor.Person who, GroupName name, OptionalLong seen) {
        desk.write(who, pages -> {
            Desk.requireRole(who, OPERATORS, "a group is taken away");
            pages.remove(pages.get(OfficeKinds.GROUP, name.word(), seen));
            facts.roster(pages);
            pages.audit("group.remove", name.word(), Desk.details());
            return 0;
        });
    }

    /** All groups. */
    public List<Stored<Group>> groups() {
        return desk.read(pages -> Lists.all(pages, OfficeKinds.GROUP, Optional.empty()));
    }

    /** Who is in a group now. */
    public List<EndpointId> members(GroupName name) {
        return desk.read(pages -> {
            pages.get(OfficeKinds.GROUP, name.word());
            return facts.roster(pages).members(name, facts.all(pages), pages.now());
        });
    }

    // ---- sites

    /** Writes a site, or another text of one; subnets of two sites do not overlap. */
    public Stored<KnownSite> site(Actor.Person who, String name, OptionalLong seen, SiteForm form) {
        return desk.write(who, pages -> {
            Desk.requireRole(who, ADMINISTRATORS, "a site is written");
            Stored<KnownSite> kept =
                    put(pages, OfficeKinds.SITE, name, seen, new KnownSite(form.site(name), form.zone()));
            siteMap(pages);
            revise(pages, SITES);
            pages.audit(
                    "site.write",
                    name,
                    Desk.details("zone", form.zone().getId(), "down", form.down(), "up", form.up()));
            return kept;
        });
    }

    /** Takes a site away. */
    public void removeSite(Actor.Person who, String name, OptionalLong seen) {
        desk.write(who, pages -> {
            Desk.requireRole(who, ADMINISTRATORS, "a site is taken away");
            pages.remove(pages.get(OfficeKinds.SITE, name, seen));
            revise(pages, SITES);
            pages.audit("site.remove", name, Desk.details());
            return 0;
        });
    }

    /**
     * Takes sites from a tracker's file, in place of those of the same names; others stay.
     *
     * @param zone the clock of those whose clock is not known yet
     */
    public List<Stored<KnownSite>> importSites(Actor.Person who, String yaml, String name, ZoneId zone) {
        return desk.write(who, pages -> {
            Desk.requireRole(who, ADMINISTRATORS, "sites are written");
            SiteMap map = parsed(yaml, name);
            List<Stored<KnownSite>> kept = new ArrayList<>();
            for (Site site : map.sites()) {
                ZoneId clock = pages.find(OfficeKinds.SITE, site.name())
                        .map(before -> before.value().zone())
                        .orElse(zone);
                kept.add(put(pages, OfficeKinds.SITE, site.name(), OptionalLong.empty(), new KnownSite(site, clock)));
            }
            siteMap(pages);
            revise(pages, SITES);
            pages.audit(
                    "site.import",
                    name.isBlank() ? "file" : name,
                    Desk.details("sites", Integer.toString(kept.size())));
            return kept;
        });
    }

    private static SiteMap parsed(String yaml, String name) {
        try {
            return SiteMapFile.parse(name, yaml);
        } catch (UsageException e) {
            throw Desk.invalid(String.valueOf(e.getMessage()));
        }
    }

    /** All sites. */
    public List<Stored<KnownSite>> sites() {
        return desk.read(pages -> Lists.all(pages, OfficeKinds.SITE, Optional.empty()));
    }

    /** One site. */
    public Stored<KnownSite> site(String name) {
        return desk.read(pages -> pages.get(OfficeKinds.SITE, name));
    }

    /** What trackers go by; empty where the console keeps no site and their own files hold. */
    public Optional<Revised<SiteMap>> siteMap() {
        return desk.read(pages -> pages.find(OfficeKinds.REVISION, SITES)
                .map(revision -> new Revised<>(revision.value().number(), siteMap(pages))));
    }

    /** Two sites that overlap are refused here. */
    private static SiteMap siteMap(Pages pages) {
        return new SiteMap(
                Lists.all(pages, OfficeKinds.SITE, Optional.empty()).stream()
                        .map(one -> one.value().site())
                        .toList(),
                Set.of());
    }

    private static void revise(Pages pages, String what) {
        Optional<Stored<Revision>> before = pages.find(OfficeKinds.REVISION, what);
        if (before.isPresent()) {
            pages.change(before.get(), new Revision(before.get().value().number() + 1));
        } else {
            pages.add(OfficeKinds.REVISION, what, new Revision(1));
        }
    }

    // ---- calendars

    /** Writes a freeze calendar, or another text of one. */
    public Stored<FreezeCalendar> calendar(Actor.Person who, String name, OptionalLong seen, List<Blackout> blackouts) {
        return desk.write(who, pages -> keepCalendar(pages, who, name, seen, blackouts, "written by " + who.name()));
    }

    /** Takes a freeze calendar from an iCalendar file. Refused where one of its events is not understood: a freeze that is missed is none. */
    public Stored<FreezeCalendar> importCalendar(
            Actor.Person who, String name, OptionalLong seen, byte[] file, String fileName, Duration ahead) {
        return desk.write(who, pages -> {
            ImportedCalendar imported;
            try {
                imported = CalendarFile.read(
                        new ByteArrayInputStream(file), fileName, ImportRules.everywhere(pages.now(), ahead));
            } catch (UsageException e) {
                throw Desk.invalid(String.valueOf(e.getMessage()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            if (!imported.problems().isEmpty()) {
                throw Desk.invalid(imported.problems().getFirst()
                        + (imported.problems().size() == 1
                                ? ""
                                : "; and " + (imported.problems().size() - 1) + " problems more"));
            }
            return keepCalendar(pages, who, name, seen, imported.blackouts(), fileName);
        });
    }

    private static Stored<FreezeCalendar> keepCalendar(
            Pages pages, Actor.Person who, String name, OptionalLong seen, List<Blackout> blackouts, String source) {
        Desk.requireRole(who, FREEZERS, "a calendar is written");
        Stored<FreezeCalendar> kept = put(
                pages,
                OfficeKinds.CALENDAR,
                name,
                seen,
                new FreezeCalendar(name, blackouts, source, who.id(), pages.now()));
        pages.audit(
                "calendar.write",
                name,
                Desk.details("blackouts", Integer.toString(blackouts.size()), "source", source));
        return kept;
    }

    /** Takes a freeze calendar away. */
    public void removeCalendar(Actor.Person who, String name, OptionalLong seen) {
        desk.write(who, pages -> {
            Desk.requireRole(who, FREEZERS, "a calendar is taken away");
            pages.remove(pages.get(OfficeKinds.CALENDAR, name, seen));
            pages.audit("calendar.remove", name, Desk.details());
            return 0;
        });
    }

    /** All freeze calendars. */
    public List<Stored<FreezeCalendar>> calendars() {
        return desk.read(pages -> Lists.all(pages, OfficeKinds.CALENDAR, Optional.empty()));
    }

    /** When nothing may run, whatever order it is. */
    public static List<Blackout> blackouts(Pages pages) {
        return Lists.all(pages, OfficeKinds.CALENDAR, Optional.empty()).stream()
                .flatMap(one -> one.value().blackouts().stream())
                .toList();
    }

    // ---- who may join

    /** Makes a join token; it is shown once. */
    public Shown token(Actor.Person who, TokenForm form) {
        Pins known =
                pins.orElseThrow(() -> Desk.refused("this console does not know where its deployment's authority is,"
                        + " so it makes no join tokens: name it in its configuration, or use packhorse ca token"));
        Duration lasts = form.lasts().orElse(Duration.ofHours(1));
        if (lasts.isNegative() || lasts.isZero() || lasts.compareTo(TOKEN_LIFE_MAX) > 0) {
            throw Desk.invalid("a join token lasts longer than nothing and at most " + TOKEN_LIFE_MAX.toDays()
                    + " days, not " + lasts);
        }
        DeploymentRole role = Desk.valid(() -> DeploymentRole.parse(form.role().orElse("agent")));
        return desk.write(who, pages -> {
            Desk.requireRole(who, role.word().equals("agent") ? OPERATORS : ADMINISTRATORS, "a join token is made");
            pages.get(OfficeKinds.SITE, form.site());
            Instant now = pages.now();
            JoinToken token = JoinToken.create(
                    known.url(), form.site(), role, known.root(), known.catalogue(), now.plus(lasts), random);
            Stored<KeptToken> kept = pages.add(
                    OfficeKinds.JOIN_TOKEN,
                    token.id(),
                    new KeptToken(
                            token.id(),
                            JoinToken.digest(token.secret()),
                            token.site(),
                            role.word(),
                            form.names().orElse(List.of()),
                            form.endpoint(),
                            who.id(),
                            now,
                            token.expiry(),
                            Optional.empty(),
                            Optional.empty()));
            pages.audit("join.token", token.id(), Desk.details("site", form.site(), "role", role.word()));
            return new Shown(token.text(), kept);
        });
    }

    /** What a token opens, by its name; empty: nobody issued it here, or it holds no more. */
    public Optional<KeptToken> opens(String id) {
        return id.length() > Pages.ID_LENGTH_MAX || id.isBlank()
                ? Optional.empty()
                : desk.read(pages -> pages.find(OfficeKinds.JOIN_TOKEN, id)
                        .map(Stored::value)
                        .filter(token -> token.holds(pages.now())));
    }

    /** A machine joined with it: nobody else does. */
    public void joined(String id) {
        desk.write(Actor.product(), pages -> {
            pages.find(OfficeKinds.JOIN_TOKEN, id)
                    .filter(stored -> stored.value().used().isEmpty())
                    .ifPresent(stored -> {
                        pages.change(stored, stored.value().used(pages.now()));
                        pages.audit(
                                "join.used",
                                id,
                                Desk.details("site", stored.value().site()));
                    });
            return 0;
        });
    }

    /** Takes a join token back. */
    public Stored<KeptToken> revokeToken(Actor.Person who, String id) {
        return desk.write(who, pages -> {
            Desk.requireRole(who, OPERATORS, "a join token is taken back");
            Stored<KeptToken> stored = pages.get(OfficeKinds.JOIN_TOKEN, id);
            if (!stored.value().holds(pages.now())) {
                throw Desk.refused("the join token " + id + " opens nothing any more");
            }
            Stored<KeptToken> kept = pages.change(stored, stored.value().revoked(pages.now()));
            pages.audit("join.revoke", id, Desk.details());
            return kept;
        });
    }

    /** Join tokens; their secrets are nowhere. */
    public List<Stored<KeptToken>> tokens(String after, int limit) {
        return desk.read(
                pages -> Lists.page(pages, OfficeKinds.JOIN_TOKEN, Optional.empty(), Optional.empty(), after, limit));
    }

    /** Lets a machine take part no longer. */
    public Stored<Denied> deny(Actor.Person who, EndpointId endpoint, String why) {
        return desk.write(who, pages -> {
            Desk.requireRole(who, OPERATORS, "an endpoint is denied");
            Stored<Denied> kept = pages.add(
                    OfficeKinds.DENIED, endpoint.toString(), new Denied(endpoint, why, who.id(), pages.now()));
            revise(pages, DENIED);
            pages.audit("endpoint.deny", endpoint.toString(), Desk.details("why", why));
            return kept;
        });
    }

    /** Lets a machine take part again. */
    public void admit(Actor.Person who, EndpointId endpoint) {
        desk.write(who, pages -> {
            Desk.requireRole(who, ADMINISTRATORS, "an endpoint is admitted again");
            pages.remove(pages.get(OfficeKinds.DENIED, endpoint.toString()));
            revise(pages, DENIED);
            pages.audit("endpoint.admit", endpoint.toString(), Desk.details());
            return 0;
        });
    }

    /** Who may not take part; empty where nobody was ever denied here. */
    public Optional<Revised<List<EndpointId>>> denied() {
        return desk.read(pages -> pages.find(OfficeKinds.REVISION, DENIED)
                .map(revision -> new Revised<>(
                        revision.value().number(),
                        Lists.all(pages, OfficeKinds.DENIED, Optional.empty()).stream()
                                .map(one -> one.value().endpoint())
                                .toList())));
    }

    private static <T> Stored<T> put(Pages pages, Kind<T> kind, String id, OptionalLong seen, T value) {
        return pages.find(kind, id).isEmpty()
                ? pages.add(kind, id, value)
                : pages.change(pages.get(kind, id, seen), value);
    }
}
