package packhorse.console.fleet;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import packhorse.console.fleet.Deviation.Why;
import packhorse.console.fleet.Evidence.Attempt;
import packhorse.console.fleet.Evidence.Exclusion;
import packhorse.console.fleet.Evidence.Place;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Version;
import packhorse.core.state.LineState;
import packhorse.core.state.LineState.Activation;
import packhorse.core.state.LineState.Health;
import packhorse.core.state.Operation;
import packhorse.core.topology.EndpointId;

/**
 * How far a group has what it should have. Every endpoint of the group either complies or deviates, for exactly one reason; the first that
 * holds:
 *
 * <pre>
 * somebody excluded it                                        EXCLUDED
 * it has not been heard of for too long                       UNREACHABLE
 * an action of the line is under way                          WAITING
 * the wanted version is in place, its files were changed      DRIFTED
 *   its own check finds it ill                                UNHEALTHY
 *   a restart is to come                                      WAITING
 *   it is not in use                                          INACTIVE
 * the latest action was declined or did not apply             EXCLUDED
 *   was cancelled or replaced                                 CALLED_OFF
 *   took it back                                              ROLLED_BACK
 *   ended well with what is wanted, which is not there now    DRIFTED
 *   failed with what is wanted                                FAILED or FAILED_FOR_GOOD
 * else                                                        NEVER_OFFERED
 * </pre>
 *
 * <p>An action with another version than the wanted ones says nothing once it is over. Cost: O(endpoints).
 *
 * @param compliant sorted
 * @param deviations everybody else in the group, in order of their ids
 */
public record Compliance(Requirement requirement, Instant at, List<EndpointId> compliant, List<Deviation> deviations) {
    public Compliance {
        compliant = List.copyOf(compliant);
        deviations = List.copyOf(deviations);
    }

    /** How many are in the group. */
    public int size() {
        return compliant.size() + deviations.size();
    }

    /**
     * Looks at everybody in the group.
     *
     * @param silentAfter how long an endpoint that has no session may be silent before it counts as unreachable
     */
    public static Compliance of(
            Requirement requirement,
            Roster roster,
            Collection<EndpointFacts> fleet,
            Evidence evidence,
            Duration silentAfter,
            Instant now) {
        List<EndpointId> compliant = new ArrayList<>();
        List<Deviation> deviations = new ArrayList<>();
        for (EndpointFacts facts : fleet) {
            if (roster.contains(requirement.group(), facts, now)) {
                deviation(requirement, facts, evidence, silentAfter, now)
                        .ifPresentOrElse(deviations::add, () -> compliant.add(facts.endpoint()));
            }
        }
        deviations.sort(Comparator.comparing(deviation -> deviation.place().endpoint()));
        return new Compliance(requirement, now, compliant.stream().sorted().toList(), deviations);
    }

    /**
     * Looks at one endpoint of the group: absent where it has what it should have.
     *
     * @param evidence of this endpoint, at least
     */
    public static Optional<Deviation> deviation(
            Requirement requirement, EndpointFacts facts, Evidence evidence, Duration silentAfter, Instant now) {
        LineState line = facts.lines().stream()
                .filter(one ->
                        one.name().equals(requirement.line()) && one.platform().equals(requirement.platform()))
                .findFirst()
                .orElse(LineState.absent(requirement.line(), requirement.platform()));
        boolean met = requirement.isMetBy(line);
        if (met && (requirement.wantsNothing() || isWell(line))) {
            return Optional.empty();
        }
        Place place = new Place(facts.endpoint(), requirement.line(), requirement.platform());
        Instant first = facts.enrolled()
                .filter(enrolled -> enrolled.isAfter(requirement.since()))
                .orElse(requirement.since());
        Verdict verdict = verdict(requirement, facts, line, met, evidence, place, silentAfter, now);
        Instant since = Optional.ofNullable(evidence.deviating().get(place))
                .orElse(verdict.lost().orElse(first));
        return Optional.of(
                new Deviation(place, line.version(), verdict.why(), since.isAfter(now) ? now : since, verdict.text()));
    }

    private static boolean isWell(LineState line) {
        return line.activation() == Activation.ACTIVE && line.health() != Health.DRIFT && line.health() != Health.ERROR;
    }

    /** Why, and since when what was there is lost; absent where it never was. */
    private record Verdict(Why why, String text, Optional<Instant> lost) {
        static Verdict never(Why why, String text) {
            return new Verdict(why, text, Optional.empty());
        }

        static Verdict lost(Why why, String text, Instant at) {
            return new Verdict(why, text, Optional.of(at));
        }
    }

    private static Verdict verdict(
            Requirement requirement,
            EndpointFacts facts,
            LineState line,
            boolean met,
            Evidence evidence,
            Place place,
            Duration silentAfter,
            Instant now) {
        Exclusion exclusion = evidence.excluded().get(place);
        if (exclusion != null) {
            return Verdict.never(
                    Why.EXCLUDED,
                    "left out by " + exclusion.by() + " at " + exclusion.at() + ": " + exclusion.reason());
        }
        if (facts.lastSeen().isEmpty()) {
            return Verdict.never(Why.UNREACHABLE, "never heard of since it joined");
        }
        Instant seen = facts.lastSeen().get();
        if (!facts.online() && seen.plus(silentAfter).isBefore(now)) {
            return Verdict.never(Why.UNREACHABLE, "not heard of since " + seen);
        }
        Attempt attempt = evidence.latest().get(place);
        if (attempt != null && !attempt.ended()) {
            return Verdict.never(Why.WAITING, attempt.action() + " is " + attempt.state() + " since " + attempt.at());
        }
        if (met) {
            return unwell(line, now);
        }
        return attempt == null
                ? Verdict.never(Why.NEVER_OFFERED, "no order was for it")
                : ended(requirement, attempt, now);
    }

    /** The wanted version is in place, and not well. */
    private static Verdict unwell(LineState line, Instant now) {
        String detail = line.detail().isEmpty() ? "" : ": " + line.detail();
        if (line.health() == Health.DRIFT) {
            return Verdict.lost(Why.DRIFTED, "its files were changed" + detail, now);
        }
        if (line.health() == Health.ERROR) {
            return Verdict.lost(Why.UNHEALTHY, "its check finds it ill" + detail, now);
        }
        return line.activation() == Activation.INACTIVE
                ? Verdict.lost(Why.INACTIVE, "it is in place and not in use" + detail, now)
                : Verdict.never(
                        Why.WAITING,
                        "it is in use after "
                                + (line.activation() == Activation.PENDING_REBOOT
                                        ? "the machine's next start"
                                        : "its next start")
                                + detail);
    }

    /** What is wanted is not in place, and the latest action is over. */
    private static Verdict ended(Requirement requirement, Attempt attempt, Instant now) {
        String what = attempt.action() + " (" + attempt.operation() + " " + attempt.version() + ") ";
        String at = " at " + attempt.at();
        boolean taken = attempt.operation() == Operation.ROLLBACK
                || (attempt.operation() == Operation.REMOVE && !requirement.wantsNothing());
        if (taken && attempt.succeeded() && !requirement.wantsNothing()) {
            return Verdict.lost(Why.ROLLED_BACK, what + "took it back" + at, attempt.at());
        }
        if (!isAbout(requirement, attempt)) {
            return Verdict.never(
                    Why.NEVER_OFFERED, "no order was for it; the latest was " + what + attempt.state() + at);
        }
        return switch (attempt.state()) {
            case DECLINED -> Verdict.never(Why.EXCLUDED, what + "was declined by its user" + at);
            case NOT_APPLICABLE -> Verdict.never(Why.EXCLUDED, what + "does not apply" + at);
            case CANCELLED, SUPERSEDED -> Verdict.never(Why.CALLED_OFF, what + "was " + attempt.state() + at);
            default ->
                attempt.succeeded()
                        ? Verdict.lost(Why.DRIFTED, what + "ended well" + at + ", and it is not so any more", now)
                        : failed(attempt, what + attempt.state(), at);
        };
    }

    private static boolean isAbout(Requirement requirement, Attempt attempt) {
        return switch (attempt.operation()) {
            case INSTALL, UPDATE, ACTIVATE, COMMIT -> requirement.accepts(attempt.version());
            case REMOVE, ROLLBACK -> requirement.wantsNothing();
            case DISTRIBUTE, DELETE -> false;
        };
    }

    private static Verdict failed(Attempt attempt, String what, String at) {
        CodeClass codeClass = attempt.codeClass().orElse(CodeClass.TRANSIENT);
        String text = what
                + attempt.codeClass()
                        .map(known -> " with code " + attempt.code() + ", " + known)
                        .orElse("")
                + at;
        return switch (codeClass) {
            case PERMANENT, ENVIRONMENT -> Verdict.never(Why.FAILED_FOR_GOOD, text);
            case SUCCESS, SUCCESS_REBOOT, TRANSIENT, USER -> Verdict.never(Why.FAILED, text);
        };
    }

    /** How many deviate for each reason; every reason is there. */
    public Map<Why, Long> counts() {
        return count().deviating();
    }

    /** For people: never a bare percentage. */
    public String line() {
        return count().line();
    }

    /** The same in numbers. */
    public Count count() {
        Map<Why, Long> counts = new EnumMap<>(Why.class);
        deviations.forEach(deviation -> counts.merge(deviation.why(), 1L, Long::sum));
        return new Count(requirement, at, compliant.size(), counts);
    }

    /**
     * How many have what they should have.
     *
     * @param deviating how many have not, for each reason; every reason is there
     */
    public record Count(Requirement requirement, Instant at, long compliant, Map<Why, Long> deviating) {
        public Count {
            Map<Why, Long> all = new EnumMap<>(Why.class);
            for (Why why : Why.values()) {
                all.put(why, deviating.getOrDefault(why, 0L));
            }
            deviating = Collections.unmodifiableMap(all);
        }

        /** How many are in the group. */
        public long members() {
            return compliant
                    + deviating.values().stream().mapToLong(Long::longValue).sum();
        }

        /** For people: never a bare percentage. */
        public String line() {
            StringBuilder line =
                    new StringBuilder(requirement.text() + ": " + compliant + " of " + members() + " comply");
            deviating.forEach((why, count) -> {
                if (count > 0) {
                    line.append(", ").append(count).append(' ').append(why.title());
                }
            });
            return line.toString();
        }
    }

    /** What an order brings to a deviating endpoint. */
    Operation operation(Deviation deviation) {
        if (requirement.wantsNothing()) {
            return Operation.REMOVE;
        }
        if (deviation.why() == Why.INACTIVE) {
            return Operation.ACTIVATE;
        }
        boolean older = deviation
                .inPlace()
                .filter(version -> !requirement.accepts(version))
                .filter(version -> version.compareTo(wanted()) < 0)
                .isPresent();
        return older ? Operation.UPDATE : Operation.INSTALL;
    }

    private Version wanted() {
        return switch (requirement) {
            case Requirement.Present present -> present.release().id().version();
            case Requirement.Absent absent -> throw new IllegalStateException("nothing is wanted of " + absent.line());
        };
    }
}
