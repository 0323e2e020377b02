package packhorse.console.office;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import packhorse.console.change.Actor;
import packhorse.console.change.Outcome;
import packhorse.console.change.Role;
import packhorse.console.gate.Judgement;
import packhorse.console.gate.Verdict;
import packhorse.console.gate.WaveGate;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Refusal;
import packhorse.console.ledger.Stored;
import packhorse.console.notice.NoticeKind;
import packhorse.console.scheduler.ForcedWindow;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.DeploymentState;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Wave;
import packhorse.console.wave.WaveId;
import packhorse.console.wave.WaveMachine;
import packhorse.console.wave.WaveState;

/**
 * What people decide about one wave of a deployment: its verdict, that it is left out or watched longer, that it may begin outside its
 * windows. Each changes the deployment, whose version they saw.
 */
public final class WaveOffice {
    /** The longest that a wave may begin whatever its windows say: a night and the day after it. */
    public static final Duration FORCED_MAX = Duration.ofHours(24);

    private static final Set<Role> FORCERS = Set.of(Role.INSTALLATION_COORDINATOR, Role.CHANGE_COORDINATOR);

    private final DeploymentDesk desk;
    private final Teller teller;

    /** @param teller tells stakeholders */
    public WaveOffice(Books books, OrderFiller filler, Teller teller) {
        this.desk = new DeploymentDesk(new Desk(books), filler);
        this.teller = teller;
    }

    /**
     * What of a wave may begin whatever its windows say.
     *
     * @param site where; absent: at all of its sites
     * @param until when at the latest it begins
     * @param why for those who come after
     */
    public record ForceForm(Optional<String> site, Instant until, String why) {}

    /** Lets what follows a wave begin although its verdict is no PASS. */
    public Stored<Deployment> waive(Actor.Person who, WaveId id, OptionalLong seen, String why) {
        return desk.act(
                who,
                id,
                seen,
                "wave.waive",
                why,
                (deployment, pages) -> WaveMachine.waive(deployment, known(deployment, id), why, who, pages.now()));
    }

    /** Leaves a wave out. */
    public Stored<Deployment> skip(Actor.Person who, WaveId id, OptionalLong seen, String why) {
        return desk.act(
                who,
                id,
                seen,
                "wave.skip",
                why,
                (deployment, pages) -> WaveMachine.skip(deployment, known(deployment, id), why, who, pages.now()));
    }

    /** Watches an inconclusive wave longer. */
    public Stored<Deployment> extend(Actor.Person who, WaveId id, OptionalLong seen, String why) {
        return desk.act(
                who,
                id,
                seen,
                "wave.extend",
                why,
                (deployment, pages) -> WaveMachine.extend(
                        deployment,
                        known(deployment, id),
                        Deployments.planOf(pages, id.deployment()).judging().extensionsMax(),
                        who,
                        pages.now()));
    }

    /** Says how a wave was, where a person judges: never who operates it. */
    public Stored<Deployment> judge(Actor.Person who, WaveId id, OptionalLong seen, Verdict verdict, String why) {
        return desk.act(who, id, seen, "wave.judge", verdict + " " + why, (deployment, pages) -> {
            if (why.isBlank()) {
                throw Desk.invalid(id + ": say what the verdict rests on");
            }
            Wave wave = deployment.wave(known(deployment, id).number());
            if (wave.state() != WaveState.DRAINING) {
                throw Desk.refused(id + " is " + wave.state() + ": it is judged when it has drained");
            }
            Optional<String> own =
                    Deployments.order(pages, id.deployment()).duties().refusesGoNoGo(Set.of(who.id()));
            if (own.isPresent()) {
                throw Desk.refused(id + ": " + own.get());
            }
            Plan plan = Deployments.planOf(pages, id.deployment());
            Judgement gate =
                    WaveGate.judge(pages.waves().tally(id, plan, pages.now()).evidence(true), plan.thresholds());
            return WaveMachine.judge(deployment, id, verdict, gate.beside(verdict, who.name(), why), who, pages.now());
        });
    }

    /**
     * Lets a wave begin, or be taken back, whatever its windows and the blackouts say, for a while. Holds, signatures and the blast radius hold as ever.
     *
     * @param form at most {@link #FORCED_MAX} long; a second one takes the place of the first, but for the time of a wave that began by that
     */
    public Stored<Deployment> force(Actor.Person who, WaveId id, OptionalLong seen, ForceForm form) {
        String where = form.site().map(site -> " at " + site).orElse("");
        return desk.act(
                who,
                id.deployment(),
                seen,
                "wave.force",
                id + where + " until " + form.until() + ": " + form.why(),
                (deployment, pages) -> {
                    Desk.requireRole(who, FORCERS, id + ": a window is forced");
                    Wave wave = forcible(deployment, id);
                    if (!form.until().isAfter(pages.now())
                            || form.until().isAfter(pages.now().plus(FORCED_MAX))) {
                        throw Desk.invalid(id + ": a window is forced until a moment within the next "
                                + FORCED_MAX.toHours() + " hours, not until " + form.until());
                    }
                    if (wave.membership().isPresent()) {
                        form.site()
                                .filter(site -> !pages.waves().sites(id).contains(site))
                                .ifPresent(site -> {
                                    throw Desk.invalid(id + " has nobody at " + site + "; it has members at "
                                            + String.join(", ", pages.waves().sites(id)));
                                });
                    }
                    ForcedWindow window = new ForcedWindow(id, form.site(), who.id(), form.why(), form.until());
                    Optional<Stored<ForcedWindow>> before = pages.find(ForcedWindow.KIND, id.toString());
                    if (before.isPresent()) {
                        pages.change(
                                before.get(),
                                wave.state() == WaveState.ACTIVE
                                        ? window.inPlaceOf(before.get().value(), wave.since(), pages.now())
                                        : window);
                    } else {
                        pages.add(ForcedWindow.KIND, id.toString(), window);
                    }
                    teller.order(
                            pages,
                            Deployments.order(pages, id.deployment()),
                            NoticeKind.STATUS,
                            id + " forced " + pages.now(),
                            id + where + " may begin outside its windows until " + form.until() + ", says " + who.name()
                                    + ": " + form.why(),
                            Map.of(
                                    "state",
                                    deployment.state().name(),
                                    "next",
                                    id + (wave.state().isFinal() ? " is taken back" : " begins")));
                    return Outcome.moved(deployment);
                });
    }

    /** Takes back that a wave may begin whatever its windows say. */
    public Stored<Deployment> unforce(Actor.Person who, WaveId id, OptionalLong seen, String why) {
        return desk.act(who, id.deployment(), seen, "wave.unforce", id + ": " + why, (deployment, pages) -> {
            Desk.requireRole(who, FORCERS, id + ": a forced window is closed");
            Stored<ForcedWindow> forced =
                    pages.get(ForcedWindow.KIND, known(deployment, id).toString());
            if (deployment.wave(id.number()).state() == WaveState.ACTIVE) {
                // Its time is reckoned by it.
                pages.change(forced, forced.value().closedAt(pages.now()));
            } else {
                pages.remove(forced);
            }
            return Outcome.moved(deployment);
        });
    }

    private static Wave forcible(Deployment deployment, WaveId id) {
        Wave wave = deployment.wave(known(deployment, id).number());
        boolean takenBack = wave.state() == WaveState.CLOSED
                && (deployment.state() == DeploymentState.ANALYSIS
                        || deployment.state() == DeploymentState.BACKOUT
                        || deployment.state() == DeploymentState.RECOVERY_CHECK);
        boolean over = wave.state().isFinal() || wave.state() == WaveState.DRAINING || wave.state() == WaveState.JUDGED;
        if (over && !takenBack) {
            throw Desk.refused(id + " is " + wave.state() + ": nothing of it begins any more");
        }
        return wave;
    }

    private static WaveId known(Deployment deployment, WaveId id) {
        if (deployment.waves().stream().noneMatch(wave -> wave.id().equals(id))) {
            throw new Refusal(
                    Refusal.Why.NOT_THERE,
                    deployment.id() + " has no wave " + id.number() + "; it has "
                            + deployment.waves().stream()
                                    .map(wave -> Integer.toString(wave.id().number()))
                                    .toList());
        }
        return id;
    }
}
