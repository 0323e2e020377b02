package packhorse.console.office;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import packhorse.console.change.Actor;
import packhorse.console.change.CataloguedRelease;
import packhorse.console.change.Category;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.ChangeRequest;
import packhorse.console.change.RequestForm;
import packhorse.console.change.RequestState;
import packhorse.console.change.RequestType;
import packhorse.console.change.RiskClass;
import packhorse.console.change.Role;
import packhorse.console.fleet.Compliance;
import packhorse.console.fleet.Deviation;
import packhorse.console.fleet.Group;
import packhorse.console.fleet.GroupName;
import packhorse.console.fleet.Remedies;
import packhorse.console.fleet.Requirement;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.console.office.OrderOffice.CarryForm;
import packhorse.console.office.OrderOffice.OpenForm;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.VersionRange;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.Subject;
import packhorse.core.topology.EndpointId;

/** What groups should have, who has not, since when and why; and the orders that mend it, in one command. */
public final class ComplianceOffice {
    private static final Set<Role> AUTHORS =
            Set.of(Role.CHANGE_COORDINATOR, Role.INSTALLATION_COORDINATOR, Role.SOLUTION_ARCHITECT);

    private final Desk desk;
    private final FleetFacts facts;
    private final ComplianceLook look;
    private final RequestOffice requests;
    private final OrderOffice orders;
    private final PlanOffice plans;

    /**
     * @param facts who is out there
     * @param requests asks for what is missing
     * @param orders orders it at once, where it is approved already
     * @param plans plans whom it is for
     */
    public ComplianceOffice(
            Books books, FleetFacts facts, RequestOffice requests, OrderOffice orders, PlanOffice plans) {
        this.desk = new Desk(books);
        this.facts = facts;
        this.look = new ComplianceLook(facts);
        this.requests = requests;
        this.orders = orders;
        this.plans = plans;
    }

    /**
     * How a remedy is asked for.
     *
     * @param requirements by name; each proposal of all of them becomes a request
     * @param also reasons that were looked into, besides the usual ones
     * @param deadline until when
     * @param risk absent: normal, or standard with a template
     * @param template the standard change that it follows
     */
    public record RemedyForm(
            List<String> requirements,
            Optional<Set<Deviation.Why>> also,
            Instant deadline,
            Optional<RiskClass> risk,
            Optional<String> template) {}

    /**
     * What came of a proposal.
     *
     * @param order where it was approved with its submission, and whoever asked may open orders
     */
    public record Remedy(String line, Stored<ChangeRequest> request, Optional<Stored<ChangeOrder>> order) {}

    /**
     * A requirement as people write it: a release that every endpoint of a group should have, or a release line that none should.
     *
     * @param release that an order would bring, as the catalogue has it: {@code acme/editor/1.2/linux-x86_64}
     * @param accepted versions that are good enough: {@code [1.2,2.0)}; absent: that release's or newer
     * @param absent the release line that nobody should have: {@code acme/game}
     * @param platform of that line
     * @param since from when on; absent: now
     */
    public record RequirementForm(
            GroupName group,
            Optional<ReleaseId> release,
            Optional<VersionRange> accepted,
            Optional<ReleaseName> absent,
            Optional<Platform> platform,
            Optional<Instant> since) {}

    /** Writes a requirement as people write it. */
    public Stored<Requirement> require(Actor.Person who, String name, OptionalLong seen, RequirementForm form) {
        return desk.write(who, pages -> require(pages, who, name, seen, requirement(pages, form)));
    }

    private static Requirement requirement(Pages pages, RequirementForm form) {
        Instant since = form.since().orElse(pages.now());
        if (form.release().isPresent() == form.absent().isPresent()) {
            throw Desk.invalid("a requirement names a release that is to be in place, or a release line that is not to"
                    + " be: write release, or absent and platform");
        }
        if (form.absent().isPresent()) {
            if (form.accepted().isPresent()) {
                throw Desk.invalid("nothing of " + form.absent().get() + " is accepted: leave out accepted");
            }
            return new Requirement.Absent(
                    form.group(),
                    form.absent().get(),
                    form.platform()
                            .orElseThrow(() -> Desk.invalid("on which platform is "
                                    + form.absent().get() + " not to be? write platform, such as linux-x86_64")),
                    since);
        }
        ReleaseId release = form.release().orElseThrow();
        if (form.platform().isPresent()) {
            throw Desk.invalid(release + " names its platform: leave out platform");
        }
        CataloguedRelease listed =
                pages.get(OfficeKinds.RELEASE, CataloguedRelease.key(release)).value();
        return new Requirement.Present(
                form.group(),
                new Subject(release, false, Optional.of(listed.manifest())),
                form.accepted().orElseGet(() -> VersionRange.parse("[" + release.version() + ",)")),
                since);
    }

    /** Writes a requirement, or another text of one. */
    public Stored<Requirement> require(Actor.Person who, String name, OptionalLong seen, Requirement requirement) {
        return desk.write(who, pages -> require(pages, who, name, seen, requirement));
    }

    private static Stored<Requirement> require(
            Pages pages, Actor.Person who, String name, OptionalLong seen, Requirement requirement) {
        Desk.requireRole(who, AUTHORS, "a requirement is written");
        pages.get(OfficeKinds.GROUP, requirement.group().word());
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
            throw Desk.invalid(
                    "\"" + name + "\" is no name of a requirement; write 1 to 64 letters, digits, '.', '_' or '-'");
        }
        Stored<Requirement> kept = Desk.put(pages, OfficeKinds.REQUIREMENT, name, seen, requirement);
        pages.audit("requirement.write", name, Desk.details("text", requirement.text()));
        return kept;
    }

    /** Takes a requirement away. */
    public void drop(Actor.Person who, String name, OptionalLong seen) {
        desk.write(who, pages -> {
            Desk.requireRole(who, AUTHORS, "a requirement is taken away");
            pages.remove(pages.get(OfficeKinds.REQUIREMENT, name, seen));
            pages.audit("requirement.remove", name, Desk.details());
            return 0;
        });
    }

    /** Requirements, by name. */
    public List<Stored<Requirement>> requirements(String after, int limit) {
        return desk.read(
                pages -> Lists.page(pages, OfficeKinds.REQUIREMENT, Optional.empty(), Optional.empty(), after, limit));
    }

    /** One requirement. */
    public Stored<Requirement> requirement(String name) {
        return desk.read(pages -> pages.get(OfficeKinds.REQUIREMENT, name));
    }

    /** Who has what a requirement wants, and who has not, since when and why. */
    public Compliance look(String name) {
        return desk.read(
                pages -> look(pages, pages.get(OfficeKinds.REQUIREMENT, name).value()));
    }

    private Compliance look(Pages pages, Requirement requirement) {
        List<EndpointId> compliant = new ArrayList<>();
        List<Deviation> deviations = new ArrayList<>();
        look.each(pages, requirement, Optional.empty(), (endpoint, deviation) -> {
            deviation.ifPresentOrElse(deviations::add, () -> compliant.add(endpoint));
            return true;
        });
        return new Compliance(requirement, pages.now(), compliant, deviations);
    }

    /** How many have what a requirement wants. */
    public Compliance.Count count(String name) {
        return desk.read(pages -> {
            Requirement requirement = pages.get(OfficeKinds.REQUIREMENT, name).value();
            Map<Deviation.Why, Long> deviating = new EnumMap<>(Deviation.Why.class);
            AtomicLong compliant = new AtomicLong();
            look.each(pages, requirement, Optional.empty(), (endpoint, deviation) -> {
                deviation.ifPresentOrElse(one -> deviating.merge(one.why(), 1L, Long::sum), compliant::incrementAndGet);
                return true;
            });
            return new Compliance.Count(requirement, pages.now(), compliant.get(), deviating);
        });
    }

    /**
     * Some of those who have not what a requirement wants, in the order of their ids.
     *
     * @param why only those with this reason
     * @param after only those behind this one
     */
    public List<Deviation> deviations(String name, Optional<Deviation.Why> why, Optional<EndpointId> after, int limit) {
        return desk.read(pages -> {
            Requirement requirement = pages.get(OfficeKinds.REQUIREMENT, name).value();
            List<Deviation> found = new ArrayList<>();
            look.each(pages, requirement, after, (endpoint, deviation) -> {
                deviation.filter(one -> why.isEmpty() || one.why() == why.get()).ifPresent(found::add);
                return found.size() < limit;
            });
            return found;
        });
    }

    /**
     * What a group should have, and how far it has it.
     *
     * @param wanted by the requirements' names
     * @param sites where those are that have not all of it
     */
    public record Look(Instant at, List<Compliance> wanted, Map<EndpointId, String> sites) {
        public Look {
            wanted = List.copyOf(wanted);
            sites = Map.copyOf(sites);
        }

        /** Empty where it is in none that is known. */
        public String siteOf(EndpointId endpoint) {
            return sites.getOrDefault(endpoint, "");
        }
    }

    /** Who of a group has not what it should have, by all of its requirements; as of one moment. */
    public Look look(GroupName group) {
        return desk.read(pages -> {
            pages.get(OfficeKinds.GROUP, group.word());
            List<Compliance> wanted = Lists.of(pages, OfficeKinds.REQUIREMENT, group.word()).stream()
                    .map(one -> look(pages, one))
                    .toList();
            Set<EndpointId> lacking = new HashSet<>();
            wanted.forEach(one -> one.deviations()
                    .forEach(deviation -> lacking.add(deviation.place().endpoint())));
            Map<EndpointId, String> sites = new HashMap<>();
            facts.each(pages, one -> {
                if (lacking.contains(one.endpoint())) {
                    sites.put(one.endpoint(), one.site());
                }
            });
            return new Look(pages.now(), wanted, sites);
        });
    }

    /** The orders that would mend it; nothing is asked for yet. */
    public Remedies remedies(List<String> names, Set<Deviation.Why> also) {
        return desk.read(pages -> remedies(pages, names, also));
    }

    private Remedies remedies(Pages pages, List<String> names, Set<Deviation.Why> also) {
        return Remedies.of(
                names.stream()
                        .map(name -> look(
                                pages, pages.get(OfficeKinds.REQUIREMENT, name).value()))
                        .toList(),
                also);
    }

    /** Asks for all that would mend it: a request for each proposal, submitted; and where a template approves it, its order with its plan. */
    public List<Remedy> remedy(Actor.Person who, RemedyForm form) {
        return desk.write(who, pages -> {
            Remedies remedies = remedies(pages, form.requirements(), form.also().orElse(Set.of()));
            if (remedies.orders().isEmpty()) {
                throw Desk.refused("nothing is to be ordered"
                        + (remedies.leftOut().isEmpty()
                                ? ": everybody has what they should have"
                                : "; left out are " + String.join("; ", remedies.leftOut())));
            }
            List<Remedy> asked = new ArrayList<>();
            for (Remedies.Order proposal : remedies.orders()) {
                asked.add(ask(pages, who, form, proposal));
            }
            return asked;
        });
    }

    private Remedy ask(Pages pages, Actor.Person who, RemedyForm form, Remedies.Order proposal) {
        GroupName group = new GroupName("remedy-" + pages.next("RM", Desk.year(pages.now())));
        pages.add(
                OfficeKinds.GROUP,
                group.word(),
                new Group(group, "who is to be mended", "", proposal.targets().listed()));
        Stored<ChangeRequest> draft = requests.draft(pages, who, request(form, proposal, group));
        Stored<ChangeRequest> submitted =
                requests.submit(pages, who, draft.value().id(), OptionalLong.empty());
        pages.audit("remedy.ask", submitted.id(), Desk.details("proposal", proposal.line()));
        boolean orderable =
                submitted.value().state() == RequestState.APPROVED && who.isOneOf(Set.of(Role.CHANGE_COORDINATOR));
        return new Remedy(
                proposal.line(),
                submitted,
                orderable ? Optional.of(order(pages, who, proposal, group, submitted.value())) : Optional.empty());
    }

    private Stored<ChangeOrder> order(
            Pages pages, Actor.Person who, Remedies.Order proposal, GroupName group, ChangeRequest request) {
        Stored<ChangeOrder> opened = orders.open(pages, who, new OpenForm(Set.of(request.id()), Optional.empty()));
        Subject subject = proposal.subject();
        orders.carry(
                pages,
                who,
                opened.value().id(),
                OptionalLong.empty(),
                List.of(new CarryForm(subject.id(), subject.digest(), Optional.empty(), Optional.empty())));
        return plans.planWaves(
                pages,
                who,
                opened.value().id(),
                OptionalLong.empty(),
                OrderPlanForm.of("group==" + group.word())
                        .doing(
                                proposal.operation(),
                                new InstallPolicy(
                                        Optional.empty(),
                                        false,
                                        false,
                                        proposal.goesBack(),
                                        proposal.mendsDrift(),
                                        false)));
    }

    private static RequestForm request(RemedyForm form, Remedies.Order proposal, GroupName group) {
        RequestType type = switch (proposal.operation()) {
            case INSTALL -> RequestType.INSTALL;
            case UPDATE -> RequestType.UPDATE;
            case ACTIVATE -> RequestType.ACTIVATE;
            case REMOVE -> RequestType.REMOVE;
            case ROLLBACK -> RequestType.ROLLBACK;
            case COMMIT -> RequestType.COMMIT;
            case DISTRIBUTE -> RequestType.DISTRIBUTE;
            case DELETE -> RequestType.DELETE;
        };
        int count = proposal.targets().listed().size();
        return new RequestForm(
                proposal.operation() + " " + proposal.subject().id().name() + " where it is missing",
                proposal.line(),
                count + (count == 1 ? " endpoint" : " endpoints") + " that have not what their group should have",
                Optional.of(Category.of(type)),
                List.of(proposal.subject().id().name()),
                "group==" + group.word(),
                Optional.of(form.deadline()),
                Optional.of(
                        form.template().isPresent()
                                ? RiskClass.STANDARD
                                : form.risk().orElse(RiskClass.NORMAL)),
                form.template(),
                Set.of());
    }
}
