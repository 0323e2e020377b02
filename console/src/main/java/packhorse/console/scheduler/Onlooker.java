package packhorse.console.scheduler;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import packhorse.console.calendar.Blackout;
import packhorse.console.calendar.Opening;
import packhorse.console.calendar.Timetable;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.OrderState;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.console.wave.Blackouts;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.DeploymentState;
import packhorse.console.wave.Doors;
import packhorse.console.wave.Plan;
import packhorse.console.wave.PlanDigest;
import packhorse.console.wave.Readiness;
import packhorse.console.wave.View;
import packhorse.console.wave.Wave;
import packhorse.console.wave.WaveId;
import packhorse.console.wave.WaveState;
import packhorse.console.wave.WaveTally;
import packhorse.core.content.Sha256;

/** Looks at a deployment through one transaction's pages. Holds nothing. */
final class Onlooker {
    private final Surroundings surroundings;

    Onlooker(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** The deployment with its order and plan; empty where it is not there. */
    Optional<Sight> sight(Pages pages, DeploymentId id) {
        return pages.find(Kinds.DEPLOYMENT, id.toString()).map(stored -> {
            String order = id.order().toString();
            ChangeOrder change = pages.get(Kinds.ORDER, order).value();
            Plan plan = pages.get(Kinds.PLAN, order).value();
            return new Sight(stored, change, plan, signed(stored.value(), change, plan), pages.now());
        });
    }

    private static boolean signed(Deployment deployment, ChangeOrder order, Plan plan) {
        if (order.state() != OrderState.PRODUCTION && deployment.state().changesEndpoints()) {
            return false;
        }
        return order.approvals().suffice(deployment.plan(), order.risk(), order.duties())
                && manifests(plan)
                        .filter(manifests -> PlanDigest.of(plan, manifests).equals(deployment.plan()))
                        .isPresent();
    }

    /** The digests of the manifests that the plan names; empty where it names a release without one. */
    static Optional<List<Sha256>> manifests(Plan plan) {
        List<Sha256> manifests = plan.subjects().stream()
                .flatMap(subject -> subject.digest().stream())
                .toList();
        return manifests.size() == plan.subjects().size() ? Optional.of(manifests) : Optional.empty();
    }

    /** What is decided from. Only waves that something is decided about are counted. */
    View view(Pages pages, Sight sight) {
        Deployment deployment = sight.deployment();
        List<View.WaveView> waves = new ArrayList<>();
        for (Wave wave : deployment.waves()) {
            waves.add(
                    counts(deployment, wave)
                            ? counted(pages, sight, wave)
                            : new View.WaveView(WaveTally.untouched(wave.members()), false));
        }
        Optional<Readiness> readiness = deployment.state() == DeploymentState.READINESS
                // While only people's answers are missing it is neither ready nor unready.
                ? ReadinessClerk.last(pages, sight).filter(report -> !report.waitsForPeople())
                : Optional.empty();
        return new View(
                deployment,
                sight.plan(),
                sight.signed(),
                deployment.state() == DeploymentState.STAGING
                        && surroundings.depotsStaged(pages, deployment, sight.plan()),
                readiness,
                // They are told in the same transaction that says so.
                true,
                waves,
                blackout(pages, sight));
    }

    private static boolean counts(Deployment deployment, Wave wave) {
        return wave.membership().isPresent()
                && switch (deployment.state()) {
                    case BETA, BETA_EVALUATION, ROLLING -> !wave.state().isFinal();
                    case ABORTING, ANALYSIS, BACKOUT -> true;
                    case PLANNED,
                            SIMULATED,
                            STAGING,
                            STAGED,
                            READINESS,
                            READY,
                            NOTIFIED,
                            RECOVERY_CHECK,
                            EVALUATION,
                            CLOSED -> false;
                };
    }

    private View.WaveView counted(Pages pages, Sight sight, Wave wave) {
        boolean backs = sight.deployment().state() == DeploymentState.BACKOUT
                || sight.deployment().state() == DeploymentState.ABORTING;
        long toTakeBack =
                backs ? pages.waves().toTakeBack(wave.id(), sight.deployment().since()) : 0;
        long takingBack = backs ? pages.waves().takingBack(wave.id()) : 0;
        return new View.WaveView(
                pages.waves().tally(wave.id(), sight.plan(), sight.now()),
                wave.state() == WaveState.ARMED && anyOpen(pages, sight, wave),
                toTakeBack,
                takingBack,
                lasts(pages, sight, wave, toTakeBack + takingBack));
    }

    /** Until when a wave or its backout has time beyond the plan's; looked up only once that is over. */
    private Optional<Instant> lasts(Pages pages, Sight sight, Wave wave, long backs) {
        Duration time = sight.plan().timeouts().wave();
        if (sight.deployment().state() == DeploymentState.BACKOUT) {
            return backs > 0 && !sight.now().isBefore(sight.deployment().since().plus(time))
                    ? Optional.of(backEnds(pages, sight, wave.id()))
                    : Optional.empty();
        }
        return wave.state() == WaveState.ACTIVE
                        && !sight.now().isBefore(wave.since().plus(time))
                ? Optional.of(ends(pages, sight, wave))
                : Optional.empty();
    }

    /**
     * When a wave's time is over. Where a person let one site of it begin, the others have that time from their own first opening on, as they
     * would have without that person's word; and whoever is let begin later has it from then on.
     */
    Instant ends(Pages pages, Sight sight, Wave wave) {
        Instant begun = wave.state() == WaveState.ACTIVE ? wave.since() : sight.now();
        Optional<ForcedWindow> forced = forced(pages, wave.id()).map(Stored::value);
        Instant from = forced.flatMap(window -> window.begunBy(begun, sight.now()))
                .flatMap(site -> openings(
                                pages,
                                sight,
                                pages.waves().sites(wave.id()).stream()
                                        .filter(other -> !other.equals(site))
                                        .toList(),
                                begun)
                        .min(Comparator.naturalOrder()))
                .orElse(begun);
        return fromWord(forced, from, sight).plus(sight.plan().timeouts().wave());
    }

    /** When the time for taking a wave back is over: not before each of its sites was open once. */
    Instant backEnds(Pages pages, Sight sight, WaveId wave) {
        Instant began = sight.deployment().since();
        Instant from = openings(pages, sight, pages.waves().sites(wave), began)
                .max(Comparator.naturalOrder())
                .orElse(began);
        return fromWord(forced(pages, wave).map(Stored::value), from, sight)
                .plus(sight.plan().timeouts().wave());
    }

    /** No earlier than those heard of a person's word whom it lets begin. */
    private static Instant fromWord(Optional<ForcedWindow> forced, Instant from, Sight sight) {
        return forced.flatMap(window -> window.heard(sight.now()))
                .filter(from::isBefore)
                .orElse(from);
    }

    /** When each of these sites opens first, of those that ever do. */
    private Stream<Instant> openings(Pages pages, Sight sight, Collection<String> sites, Instant from) {
        return Doors.of(
                        timetables(pages, sight.plan(), sites),
                        sight.plan().timeouts().run(),
                        from)
                .bySite()
                .values()
                .stream()
                .map(Opening::from);
    }

    /** What closes every site at which something is still to be done. */
    private Optional<String> blackout(Pages pages, Sight sight) {
        Deployment deployment = sight.deployment();
        if (!deployment.state().changesEndpoints() && !deployment.isHeld()) {
            return Optional.empty();
        }
        List<Blackout> blackouts = surroundings.blackouts(pages);
        if (blackouts.isEmpty() && sight.plan().blackouts().isEmpty()) {
            return Optional.empty();
        }
        SortedSet<String> sites = new TreeSet<>();
        for (Wave wave : deployment.waves()) {
            if (wave.membership().isPresent()
                    && (!wave.state().isFinal() || deployment.state() == DeploymentState.BACKOUT)) {
                List<String> here = pages.waves().sites(wave.id());
                if (forced(pages, wave.id())
                        .map(Stored::value)
                        .filter(window -> here.stream().anyMatch(site -> window.opens(site, sight.now())))
                        .isPresent()) {
                    // A named person said that it may begin: then not everything is closed.
                    return Optional.empty();
                }
                sites.addAll(here);
            }
        }
        List<Timetable> closed = new ArrayList<>();
        for (String site : sites) {
            Timetable timetable = timetable(pages, sight.plan(), site, blackouts);
            if (Blackouts.closed(List.of(timetable), sight.now()).isEmpty()) {
                // One that is open is enough; the others need not be read.
                return Optional.empty();
            }
            closed.add(timetable);
        }
        return Blackouts.everywhere(closed, sight.now());
    }

    /** A person's word that a wave may begin whatever the timetables say. */
    static Optional<Stored<ForcedWindow>> forced(Pages pages, WaveId wave) {
        return pages.find(ForcedWindow.KIND, wave.toString());
    }

    private boolean anyOpen(Pages pages, Sight sight, Wave wave) {
        Optional<ForcedWindow> forced = forced(pages, wave.id()).map(Stored::value);
        List<Blackout> blackouts = surroundings.blackouts(pages);
        for (String site : pages.waves().sites(wave.id())) {
            if (forced.filter(window -> window.opens(site, sight.now())).isPresent()
                    || timetable(pages, sight.plan(), site, blackouts).fits(sight.now(), Duration.ZERO)) {
                return true;
            }
        }
        return false;
    }

    /** The windows of the plan on a site's own clock, with whatever closes it. */
    Timetable timetable(Pages pages, Plan plan, String site) {
        return timetable(pages, plan, site, surroundings.blackouts(pages));
    }

    /** The same of several sites. */
    List<Timetable> timetables(Pages pages, Plan plan, Collection<String> sites) {
        List<Blackout> blackouts = sites.isEmpty() ? List.of() : surroundings.blackouts(pages);
        return sites.stream()
                .map(site -> timetable(pages, plan, site, blackouts))
                .toList();
    }

    private Timetable timetable(Pages pages, Plan plan, String site, List<Blackout> more) {
        List<Blackout> blackouts = new ArrayList<>(plan.blackouts());
        blackouts.addAll(more);
        return new Timetable(site, surroundings.zone(pages, site), plan.windows(), blackouts);
    }
}
