package packhorse.console.office;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import packhorse.console.calendar.Blackout;
import packhorse.console.calendar.Window;
import packhorse.console.gate.Guarantee;
import packhorse.console.gate.Sprt;
import packhorse.console.gate.Thresholds;
import packhorse.console.wave.BetaPlan;
import packhorse.console.wave.BlastRadius;
import packhorse.console.wave.Cap;
import packhorse.console.wave.Judging;
import packhorse.console.wave.Plan;
import packhorse.console.wave.RetryPolicy;
import packhorse.console.wave.Slice;
import packhorse.console.wave.Targets;
import packhorse.console.wave.Timeouts;
import packhorse.console.wave.Transfer;
import packhorse.console.wave.WavePlan;
import packhorse.core.content.CodeClass;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;
import packhorse.core.topology.EndpointId;

/**
 * A plan as a person writes it: whom it is for and what is special; the rest has defaults, so a small plan is a few lines. What is not
 * written here comes from the order: its releases, and the one operation that its category has.
 *
 * <pre>
 * {
 *   "query": "site==berlin",
 *   "beta": { "failureRateMax": 0.05, "confidence": 0.95, "soak": "PT24H" },
 *   "waves": [
 *     { "slice": { "is": "percent", "percent": 25 } },
 *     { "slice": { "is": "rest" } }
 *   ],
 *   "windows": [ { "is": "weekly", "days": [ "SATURDAY" ], "start": "22:00", "duration": "PT6H" } ]
 * }
 * </pre>
 *
 * @param query over inventory, site and labels
 * @param listed endpoints by id, besides or instead
 * @param operation needed where the order's category has more than one
 * @param beta absent: one that guarantees at most 5 % failures, at 95 %
 * @param withoutBeta true: no beta group at all, the first wave is the proof
 * @param waves absent: a quarter, then the rest
 * @param windows absent: any time
 * @param blackouts absent: none
 * @param thresholds absent: 90 % succeeded, at most 5 % failed, at most 10 % unreported, at 95 %
 * @param blastRadius absent: of each redundant pair one
 * @param retry absent: {@link #USUAL_RETRY}
 * @param timeouts each absent one: {@link Timeouts#DEFAULT}
 * @param transfer absent: {@link Transfer#DEFAULT}
 * @param judging absent: by the gate, watched longer once, rolled back by itself where a rollback can take it back
 * @param policy absent: nothing is allowed and nothing demanded
 * @param seed absent: made from the order's number, so that a preview and its plan divide alike
 */
public record OrderPlanForm(
        Optional<String> query,
        Optional<List<EndpointId>> listed,
        Optional<Operation> operation,
        Optional<BetaForm> beta,
        Optional<Boolean> withoutBeta,
        Optional<List<WaveForm>> waves,
        Optional<List<Window>> windows,
        Optional<List<Blackout>> blackouts,
        Optional<ThresholdForm> thresholds,
        Optional<RadiusForm> blastRadius,
        Optional<RetryPolicy> retry,
        Optional<TimeoutForm> timeouts,
        Optional<Transfer> transfer,
        Optional<JudgingForm> judging,
        Optional<InstallPolicy> policy,
        Optional<Long> seed) {
    /** What passes by itself is tried three times, what the machine lacks twice; a fifth of a wave at most. */
    public static final RetryPolicy USUAL_RETRY =
            RetryPolicy.of(Map.of(CodeClass.TRANSIENT, 3, CodeClass.ENVIRONMENT, 2), 2, Duration.ofMinutes(10), 20);

    /** A day shows what a night of work does to a machine. */
    static final Duration USUAL_SOAK = Duration.ofDays(1);

    private static final double USUAL_RATE = 0.05;
    private static final double USUAL_CONFIDENCE = 0.95;
    private static final int USUAL_FIRST_WAVE_PERCENT = 25;

    /** What the beta group has to guarantee; what is absent is as usual. */
    public record BetaForm(
            Optional<Double> failureRateMax,
            Optional<Double> confidence,
            Optional<Integer> failuresAllowed,
            Optional<Double> designEffect,
            Optional<Duration> soak) {
        BetaPlan plan() {
            return new BetaPlan(
                    new Guarantee(
                            failureRateMax.orElse(USUAL_RATE),
                            confidence.orElse(USUAL_CONFIDENCE),
                            failuresAllowed.orElse(0),
                            designEffect.orElse(1.0)),
                    soak.orElse(USUAL_SOAK));
        }
    }

    /** One wave; without a name it is called by its number. */
    public record WaveForm(Optional<String> name, Slice slice, Optional<Duration> soak) {}

    /** What a wave has to show. */
    public record ThresholdForm(
            Optional<Double> goal,
            Optional<Double> failureBudget,
            Optional<Double> unreportedMax,
            Optional<Double> confidence,
            Optional<Double> siteCorrelation,
            Optional<Sprt> sequential) {
        Thresholds thresholds() {
            return new Thresholds(
                    goal.orElse(0.9),
                    failureBudget.orElse(USUAL_RATE),
                    unreportedMax.orElse(0.1),
                    confidence.orElse(USUAL_CONFIDENCE),
                    siteCorrelation.orElse(0.0),
                    sequential);
        }
    }

    /** How many may be changed and not verified at once. */
    public record RadiusForm(Optional<Cap> fleet, Optional<Cap> site, Optional<Cap> pair, Optional<Cap> host) {
        BlastRadius radius() {
            BlastRadius usual = BlastRadius.ONE_OF_A_PAIR;
            return new BlastRadius(
                    fleet.orElse(usual.fleet()),
                    site.orElse(usual.site()),
                    pair.orElse(usual.pair()),
                    host.orElse(usual.host()));
        }
    }

    /** How long each phase may take. */
    public record TimeoutForm(
            Optional<Duration> pickup,
            Optional<Duration> fetch,
            Optional<Duration> apply,
            Optional<Duration> activate,
            Optional<Duration> verify,
            Optional<Duration> wave,
            Optional<Duration> drain) {
        Timeouts timeouts() {
            Timeouts usual = Timeouts.DEFAULT;
            return new Timeouts(
                    pickup.orElse(usual.pickup()),
                    fetch.orElse(usual.fetch()),
                    apply.orElse(usual.apply()),
                    activate.orElse(usual.activate()),
                    verify.orElse(usual.verify()),
                    wave.orElse(usual.wave()),
                    drain.orElse(usual.drain()));
        }
    }

    /** Who judges. */
    public record JudgingForm(
            Optional<Judging.By> by, Optional<Integer> extensionsMax, Optional<Boolean> automaticRollback) {}

    /** Nothing but whom it is for. */
    public static OrderPlanForm of(String query) {
        return new OrderPlanForm(
                Optional.of(query),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** The same for another operation, with what its policy allows. */
    OrderPlanForm doing(Operation what, InstallPolicy allowed) {
        return new OrderPlanForm(
                query,
                listed,
                Optional.of(what),
                beta,
                withoutBeta,
                waves,
                windows,
                blackouts,
                thresholds,
                blastRadius,
                retry,
                timeouts,
                transfer,
                judging,
                Optional.of(allowed),
                seed);
    }

    /**
     * The whole plan.
     *
     * @param subjects what the order carries
     * @param possible the operations that the order's category has
     * @param number names the order, for the seed
     * @throws IllegalArgumentException in one line, where a part makes no sense by itself
     */
    Plan plan(List<Subject> subjects, Set<Operation> possible, String number) {
        Operation what = operation(possible);
        if (withoutBeta.orElse(false) && beta.isPresent()) {
            throw new IllegalArgumentException("beta: described and left out by withoutBeta; drop one of the two");
        }
        InstallPolicy allowed = policy.orElse(InstallPolicy.DEFAULT);
        boolean undoable = switch (what) {
            case INSTALL, UPDATE, ACTIVATE -> !allowed.commitAtOnce();
            case DISTRIBUTE, COMMIT, ROLLBACK, REMOVE, DELETE -> false;
        };
        return new Plan(
                subjects,
                what,
                new Targets(query.orElse(""), listed.orElse(List.of())),
                withoutBeta.orElse(false)
                        ? Optional.empty()
                        : Optional.of(beta.orElse(new BetaForm(
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty()))
                                .plan()),
                wavePlans(),
                windows.orElse(List.of(new Window.Always())),
                blackouts.orElse(List.of()),
                thresholds
                        .orElse(new ThresholdForm(
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty()))
                        .thresholds(),
                blastRadius.map(RadiusForm::radius).orElse(BlastRadius.ONE_OF_A_PAIR),
                retry.orElse(USUAL_RETRY),
                timeouts.map(TimeoutForm::timeouts).orElse(Timeouts.DEFAULT),
                transfer.orElse(Transfer.DEFAULT),
                new Judging(
                        judging.flatMap(JudgingForm::by).orElse(Judging.By.GATE),
                        judging.flatMap(JudgingForm::extensionsMax).orElse(1),
                        judging.flatMap(JudgingForm::automaticRollback).orElse(undoable)),
                allowed,
                seed.orElse((long) number.hashCode()));
    }

    private Operation operation(Set<Operation> possible) {
        if (operation.isPresent()) {
            if (!possible.contains(operation.get())) {
                throw new IllegalArgumentException(
                        "operation: the order's category has " + new LinkedHashSet<>(possible) + ", not "
                                + operation.get() + "; ask for that in a request of its own");
            }
            return operation.get();
        }
        if (possible.size() != 1) {
            throw new IllegalArgumentException(
                    possible.isEmpty()
                            ? "the order's category changes no endpoint; it needs no plan of waves: what is signed is"
                                    + " what it carries"
                            : "operation: the order's category has several; name one of "
                                    + new LinkedHashSet<>(possible));
        }
        return possible.iterator().next();
    }

    private List<WavePlan> wavePlans() {
        List<WaveForm> forms = waves.orElse(List.of(
                new WaveForm(Optional.empty(), new Slice.Percent(USUAL_FIRST_WAVE_PERCENT), Optional.empty()),
                new WaveForm(Optional.empty(), new Slice.Rest(), Optional.empty())));
        List<WavePlan> plans = new ArrayList<>();
        for (int i = 0; i < forms.size(); i++) {
            WaveForm form = forms.get(i);
            plans.add(new WavePlan(
                    form.name().orElse("wave " + (i + 1)),
                    form.slice(),
                    form.soak().orElse(Duration.ZERO)));
        }
        return plans;
    }

    /** What is written that lies in the past, one line each: a plan is for what comes. */
    static List<String> past(Plan plan, Instant now) {
        List<String> past = new ArrayList<>();
        for (Blackout blackout : plan.blackouts()) {
            if (blackout instanceof Blackout.Fixed fixed && !fixed.to().isAfter(now)) {
                past.add("blackouts: \"" + fixed.reason() + "\" ended at " + fixed.to() + "; leave it out");
            }
        }
        boolean dated = plan.windows().stream()
                .allMatch(window -> window instanceof Window.Dated one
                        && one.date()
                                .plusDays(2)
                                .isBefore(now.atOffset(java.time.ZoneOffset.UTC).toLocalDate()));
        if (dated && !plan.windows().isEmpty()) {
            past.add("windows: all of them are past; add one that comes");
        }
        return past;
    }
}
