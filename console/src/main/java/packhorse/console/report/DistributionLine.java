package packhorse.console.report;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import packhorse.core.content.CodeClass;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.core.state.StatusEntry;
import packhorse.core.topology.EndpointId;

/**
 * One attempt of one endpoint, as the distribution log has it.
 *
 * @param action the attempt's name, its number behind the last point
 * @param began by the endpoint's clock
 * @param last when it came to {@code state}
 * @param code what a program returned, 0 where none ran
 * @param codeClass of a failure
 * @param meaning of the code in the release's own table, in words
 * @param bytes by source
 * @param phases how long it was in each; one that it never came to is not there
 * @param tail the agent's own last words
 */
public record DistributionLine(
        EndpointId endpoint,
        String site,
        String wave,
        String action,
        Instant began,
        Instant last,
        String release,
        Operation operation,
        ActionState state,
        int code,
        Optional<CodeClass> codeClass,
        String meaning,
        SourceBytes bytes,
        Map<Phase, Duration> phases,
        String tail) {
    /** What an attempt spends its time with. */
    public enum Phase {
        FETCH("fetch"),
        WAIT("wait"),
        PREPARE("prepare"),
        APPLY("apply"),
        ACTIVATE("activate"),
        VERIFY("verify"),
        COMMIT("commit"),
        UNDO("undo");

        private final String key;

        Phase(String key) {
            this.key = key;
        }

        /** For programs and people. */
        public String key() {
            return key;
        }

        private static Optional<Phase> of(ActionState state) {
            return Optional.ofNullable(
                    switch (state) {
                        case QUEUED, OFFERED, ACCEPTED, STAGED, WAITING -> WAIT;
                        case FETCHING -> FETCH;
                        case PRECHECK, PREPARED -> PREPARE;
                        case APPLYING, APPLIED -> APPLY;
                        case ACTIVATING -> ACTIVATE;
                        case VERIFYING -> VERIFY;
                        case COMMITTING -> COMMIT;
                        case UNDOING -> UNDO;
                        case COMMITTABLE,
                                COMMITTED,
                                FAILED,
                                UNDONE,
                                UNDO_FAILED,
                                NOT_APPLICABLE,
                                ALREADY_AT_TARGET,
                                REFUSED,
                                DECLINED,
                                TIMED_OUT,
                                UNREACHABLE,
                                CANCELLED,
                                SUPERSEDED,
                                DELETED -> null;
                    });
        }
    }

    public DistributionLine {
        Map<Phase, Duration> ordered = new EnumMap<>(Phase.class);
        ordered.putAll(phases);
        phases = Collections.unmodifiableMap(ordered);
    }

    /**
     * The line of one attempt's reports.
     *
     * @param reports in their order, at least one, all of one action; the first end counts, as everywhere
     * @param meaning of the last code, in words
     */
    public static DistributionLine of(
            EndpointId endpoint, String site, String wave, List<StatusEntry> reports, String meaning) {
        StatusEntry last = reports.getFirst();
        Map<Phase, Duration> phases = new EnumMap<>(Phase.class);
        for (StatusEntry next : reports.subList(1, reports.size())) {
            if (last.state().ends(last.operation())) {
                break;
            }
            Duration spent = Duration.between(last.at(), next.at());
            // An endpoint's clock may be set back while it works.
            Duration counted = spent.isNegative() ? Duration.ZERO : spent;
            Phase.of(last.state()).ifPresent(phase -> phases.merge(phase, counted, Duration::plus));
            last = next;
        }
        return new DistributionLine(
                endpoint,
                site,
                wave,
                last.action(),
                reports.getFirst().at(),
                last.at(),
                last.subject().id().toString(),
                last.operation(),
                last.state(),
                last.code(),
                last.codeClass(),
                meaning,
                SourceBytes.of(last.bytesWan(), last.bytesLan()),
                phases,
                last.detail());
    }

    /** The same, ended by the console that heard nothing more of it. */
    public DistributionLine givenUp(ActionState end, Instant at) {
        return new DistributionLine(
                endpoint, site, wave, action, began, at, release, operation, end, code, codeClass, meaning, bytes,
                phases, tail);
    }

    /** Whether it ended as it should. */
    public boolean succeeded() {
        return state.succeeded(operation);
    }
}
