package packhorse.console.office;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import packhorse.console.change.Actor;
import packhorse.console.change.CataloguedRelease;
import packhorse.console.change.CataloguedRelease.State;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.Consignment;
import packhorse.console.change.Function;
import packhorse.console.change.OrderDesk;
import packhorse.console.change.OrderId;
import packhorse.console.change.Role;
import packhorse.console.change.Stage;
import packhorse.console.change.StillInstalled;
import packhorse.console.change.TestReport;
import packhorse.console.intake.Promotion;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Fleet;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.core.content.Kind;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.content.Version;
import packhorse.core.topology.EndpointId;
import packhorse.core.unit.ByteCount;

/**
 * The catalogue as orders use it: which releases there are, by the digests of their manifests, and to which stage they are offered. The
 * bytes lie in the repository; nothing is built again on the way from one stage to the next.
 */
public final class ReleaseOffice {
    /** Releases that a remark names each; the catalogue has the others. */
    private static final int REMARKED_MAX = 20;

    private final Desk desk;
    private final OrderFiller filler;

    /** @param filler keeps orders' checklists in step with the catalogue */
    public ReleaseOffice(Books books, OrderFiller filler) {
        this.desk = new Desk(books);
        this.filler = filler;
    }

    /** A published release. */
    public record ReleaseForm(ReleaseId release, Sha256 manifest, ByteCount size, Kind kind) {}

    /**
     * Writes down what was published. The same once more is nothing new; other bytes under a name that is taken are refused.
     *
     * @param who a builder, or the product where it reads the repository itself
     */
    public Stored<CataloguedRelease> catalogue(Actor who, ReleaseForm form) {
        return desk.write(who, pages -> {
            if (who instanceof Actor.Person person) {
                Desk.requireRole(person, Set.of(Role.PACKAGE_BUILDER, Role.ADMINISTRATOR), "a release is catalogued");
            }
            return catalogue(pages, form);
        });
    }

    /** The same inside somebody's transaction: what is built is catalogued with its report. */
    static Stored<CataloguedRelease> catalogue(Pages pages, ReleaseForm form) {
        String key = CataloguedRelease.key(form.release());
        Optional<Stored<CataloguedRelease>> before = pages.find(OfficeKinds.RELEASE, key);
        if (before.isPresent()) {
            CataloguedRelease was = before.get().value();
            if (!was.manifest().equals(form.manifest())) {
                throw Desk.refused(form.release() + " is catalogued with the manifest "
                        + was.manifest().hex() + ": give the new content a new version");
            }
            return before.get();
        }
        Stored<CataloguedRelease> kept = pages.add(
                OfficeKinds.RELEASE,
                key,
                CataloguedRelease.offered(
                        form.release(), form.manifest(), form.size(), form.kind(), Stage.BUILDING, pages.now()));
        pages.audit(
                "release.catalogue",
                key,
                Desk.details(
                        "manifest", form.manifest().hex(), "size", form.size().toString()));
        return kept;
    }

    /** Offers an order's releases to its test, or to production: exactly the bytes that it carries. */
    public List<Stored<CataloguedRelease>> promote(Actor.Person who, OrderId id, Stage to) {
        return desk.write(who, pages -> {
            Desk.requireRole(
                    who,
                    to == Stage.TEST
                            ? Set.of(Role.PACKAGE_BUILDER, Role.TEST_SPECIALIST, Role.CHANGE_COORDINATOR)
                            : Set.of(Role.INSTALLATION_COORDINATOR, Role.CHANGE_COORDINATOR),
                    id + ": releases are promoted to " + to);
            ChangeOrder order = pages.get(Kinds.ORDER, id.text()).value();
            if (to == Stage.PRODUCTION && order.category().has(Stage.TEST)) {
                asTested(pages, order);
            }
            if (to == Stage.PRODUCTION) {
                OrderDesk.refusesProduction(order).ifPresent(why -> {
                    throw Desk.refused(why);
                });
            }
            List<Stored<CataloguedRelease>> promoted = order.plans().distribution().releases().stream()
                    .flatMap(all -> all.releases().stream())
                    .map(item -> promote(pages, order, item.release(), item.manifest(), to))
                    .toList();
            if (promoted.isEmpty()) {
                throw Desk.refused(id + " carries no release yet: there is nothing to promote");
            }
            filler.refresh(pages, id);
            return promoted;
        });
    }

    /** Nothing goes on to production but the manifests that passed the test, together. */
    private static void asTested(Pages pages, ChangeOrder order) {
        Consignment carried = order.plans()
                .distribution()
                .releases()
                .orElseThrow(() -> Desk.refused(order.id() + " carries no release yet: there is nothing to promote"));
        Promotion unused = Desk.require(Promotion.of(
                carried,
                order.builds(),
                report(pages, order),
                release -> pages.find(OfficeKinds.RELEASE, CataloguedRelease.key(release))
                        .map(stored -> stored.value().manifest())));
    }

    private static Stored<CataloguedRelease> promote(
            Pages pages, ChangeOrder order, ReleaseId release, Sha256 manifest, Stage to) {
        Stored<CataloguedRelease> stored = pages.get(OfficeKinds.RELEASE, CataloguedRelease.key(release));
        CataloguedRelease was = stored.value();
        if (!was.manifest().equals(manifest)) {
            throw Desk.refused(order.id() + " carries " + release + " as " + manifest.hex() + ", the catalogue has "
                    + was.manifest().hex() + ": nothing is promoted that is not the same bytes");
        }
        if (was.state() != State.OFFERED) {
            throw Desk.refused(release + " is " + was.state() + ": restore it first");
        }
        if (to == Stage.PRODUCTION) {
            Function.ADD_TO_PRODUCTION
                    .refusedFor(new Function.Published(
                            tested(pages, order),
                            was.offered() == Stage.PRODUCTION,
                            was.kind() == Kind.IMAGE,
                            false,
                            Set.of()))
                    .ifPresent(why -> {
                        throw Desk.refused(release + ": " + why);
                    });
        }
        if (was.offered().compareTo(to) >= 0) {
            return stored;
        }
        Stored<CataloguedRelease> kept = pages.change(stored, was.offered(to, pages.now()));
        pages.audit(
                "release.promote",
                stored.id(),
                Desk.details("to", to.name(), "order", order.id().text(), "manifest", manifest.hex()));
        return kept;
    }

    /** An order without a test stage of its own carries what an earlier one tested. */
    private static boolean tested(Pages pages, ChangeOrder order) {
        return !order.category().has(Stage.TEST) || report(pages, order).verdict() == TestReport.Verdict.PASS;
    }

    private static TestReport report(Pages pages, ChangeOrder order) {
        return TestReport.of(
                order.plans().test(),
                Lists.of(pages, OfficeKinds.TEST_RESULT, order.id().text()).stream()
                        .map(TestRecord::result)
                        .toList(),
                Lists.of(pages, Kinds.DEFECT, order.id().text()),
                OrderFiller.manifests(order),
                pages.now());
    }

    /**
     * Takes a release and all its updates out of the catalogue for good; refused while an order under way refers to one. Where each is still
     * in place is written down with it, and in the orders that it is retired for.
     */
    public List<Stored<CataloguedRelease>> retire(
            Actor.Person who, ReleaseId release, OptionalLong seen, boolean archive) {
        Desk.requireRole(who, Set.of(Role.INSTALLATION_COORDINATOR, Role.CHANGE_COORDINATOR), "a release is retired");
        // Before the books are opened for writing: nobody else waits while the whole fleet is read.
        InstalledLook.Survey survey = desk.read(pages -> InstalledLook.survey(pages, release));
        return desk.write(who, pages -> {
            pages.get(OfficeKinds.RELEASE, CataloguedRelease.key(release), seen);
            List<Stored<CataloguedRelease>> gone = updates(pages, release);
            Function function = archive ? Function.ARCHIVE_AND_RETIRE : Function.RETIRE;
            Set<OrderId> running = running(pages, gone);
            function.refusedFor(new Function.Published(true, true, false, false, running))
                    .ifPresent(why -> {
                        throw Desk.refused(release + ": " + why);
                    });
            State to = archive ? State.ARCHIVED : State.RETIRED;
            List<Stored<CataloguedRelease>> retired = gone.stream()
                    .filter(one -> one.value().state() == State.OFFERED)
                    .map(one -> {
                        Version version = one.value().release().version();
                        StillInstalled where = survey.of(other -> other.compareTo(version) == 0);
                        Stored<CataloguedRelease> kept =
                                pages.change(one, one.value().gone(to, where, pages.now()));
                        pages.audit(
                                archive ? "release.archive" : "release.retire",
                                one.id(),
                                Desk.details("manifest", one.value().manifest().hex(), "installed", where.text()));
                        return kept;
                    })
                    .toList();
            if (!retired.isEmpty()) {
                retiring(pages, gone).forEach(order -> remark(pages, order, to, retired));
            }
            return retired;
        });
    }

    /** Writes into an order that asked for it what was taken out, and where each is still in place. */
    private void remark(Pages pages, Stored<ChangeOrder> order, State to, List<Stored<CataloguedRelease>> retired) {
        List<String> lines = retired.stream()
                .limit(REMARKED_MAX)
                .map(one -> one.value().release() + ": "
                        + one.value().installed().map(StillInstalled::text).orElse(""))
                .toList();
        String note = String.join("\n", lines)
                + (retired.size() > REMARKED_MAX ? "\nand " + (retired.size() - REMARKED_MAX) + " more" : "");
        Stored<ChangeOrder> unused =
                pages.change(order, OrderDesk.remarked(order.value(), takenOut(to), note, pages.now()));
        pages.audit("order.retired", order.id(), Desk.details("releases", note));
        filler.refresh(pages, order.value().id());
    }

    /** Orders under way that ask to retire one of these. */
    private static List<Stored<ChangeOrder>> retiring(Pages pages, List<Stored<CataloguedRelease>> releases) {
        Set<Sha256> manifests = manifests(releases);
        return Lists.all(pages, Kinds.ORDER, Optional.empty()).stream()
                .filter(order -> !order.value().state().isFinal()
                        && retires(order.value())
                        && OrderFiller.manifests(order.value()).stream().anyMatch(manifests::contains))
                .toList();
    }

    private static boolean retires(ChangeOrder order) {
        return order.category().functions().contains(Function.RETIRE)
                || order.category().functions().contains(Function.ARCHIVE_AND_RETIRE);
    }

    private static Set<Sha256> manifests(List<Stored<CataloguedRelease>> releases) {
        return releases.stream().map(one -> one.value().manifest()).collect(Collectors.toSet());
    }

    /**
     * What an order had taken out of the catalogue, updates too; empty where it asks for nothing such. What others took out before or
     * afterwards is theirs.
     */
    public static List<CataloguedRelease> retired(Pages pages, ChangeOrder order) {
        if (!retires(order)) {
            return List.of();
        }
        List<ReleaseId> carried = order.plans().distribution().releases().stream()
                .flatMap(all -> all.releases().stream())
                .map(Consignment.Item::release)
                .toList();
        return Lists.all(pages, OfficeKinds.RELEASE, Optional.empty()).stream()
                .map(Stored::value)
                .filter(one -> carried.stream().anyMatch(item -> isOrUpdates(one.release(), item)))
                .filter(one -> wasTakenOutFor(order, one))
                .toList();
    }

    /** The remark was made with it, in one transaction. */
    private static boolean wasTakenOutFor(ChangeOrder order, CataloguedRelease one) {
        return order.comments().stream()
                .anyMatch(remark -> remark.at().equals(one.since())
                        && remark.who().equals(Actor.product().name())
                        && remark.what().equals(takenOut(one.state())));
    }

    private static String takenOut(State to) {
        return to + " in the catalogue";
    }

    /** On how many endpoints a release, or an update of it, is in place now. */
    public StillInstalled installed(ReleaseId release) {
        return desk.read(pages -> {
            pages.get(OfficeKinds.RELEASE, CataloguedRelease.key(release));
            return InstalledLook.survey(pages, release).of(InstalledLook.orUpdate(release));
        });
    }

    /** Some of these endpoints, and of those that keep one to go back to, in the order of their ids. */
    public List<Fleet.Row> installedOn(ReleaseId release, Optional<EndpointId> after, int limit) {
        return desk.read(pages -> {
            pages.get(OfficeKinds.RELEASE, CataloguedRelease.key(release));
            return InstalledLook.some(pages, release, after, limit);
        });
    }

    /** Brings an archived release back. */
    public Stored<CataloguedRelease> restore(Actor.Person who, ReleaseId release, OptionalLong seen) {
        return desk.write(who, pages -> {
            Desk.requireRole(
                    who, Set.of(Role.INSTALLATION_COORDINATOR, Role.CHANGE_COORDINATOR), "a release is restored");
            Stored<CataloguedRelease> stored = pages.get(OfficeKinds.RELEASE, CataloguedRelease.key(release), seen);
            if (stored.value().state() != State.ARCHIVED) {
                throw Desk.refused(release + " is " + stored.value().state() + ": what is restored was archived");
            }
            Stored<CataloguedRelease> kept =
                    pages.change(stored, stored.value().offered(stored.value().offered(), pages.now()));
            pages.audit("release.restore", stored.id(), Desk.details());
            return kept;
        });
    }

    /** The release and whatever came after it in its line. */
    private static List<Stored<CataloguedRelease>> updates(Pages pages, ReleaseId release) {
        return Lists.all(pages, OfficeKinds.RELEASE, Optional.empty()).stream()
                .filter(one -> isOrUpdates(one.value().release(), release))
                .toList();
    }

    private static boolean isOrUpdates(ReleaseId one, ReleaseId release) {
        return one.name().equals(release.name())
                && one.platform().equals(release.platform())
                && one.version().compareTo(release.version()) >= 0;
    }

    private static Set<OrderId> running(Pages pages, List<Stored<CataloguedRelease>> releases) {
        Set<Sha256> manifests = manifests(releases);
        Set<OrderId> running = new TreeSet<>();
        for (Stored<ChangeOrder> order : Lists.all(pages, Kinds.ORDER, Optional.empty())) {
            if (!order.value().state().isFinal()
                    && !retires(order.value())
                    && OrderFiller.manifests(order.value()).stream().anyMatch(manifests::contains)) {
                running.add(order.value().id());
            }
        }
        return running;
    }

    /** A page of the catalogue. */
    public List<Stored<CataloguedRelease>> list(Optional<State> state, Narrowing narrowing, String after, int limit) {
        return desk.read(pages -> Lists.page(
                pages,
                OfficeKinds.RELEASE,
                state.map(State::name),
                Optional.empty(),
                narrowing.over(ListFields.RELEASES),
                after,
                limit));
    }

    /** One release. */
    public Stored<CataloguedRelease> get(ReleaseId release) {
        return desk.read(pages -> pages.get(OfficeKinds.RELEASE, CataloguedRelease.key(release)));
    }
}
