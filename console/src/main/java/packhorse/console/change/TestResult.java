package packhorse.console.change;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import packhorse.core.content.Sha256;
import packhorse.core.topology.EndpointId;

/**
 * What became of a case, tried once on one endpoint.
 *
 * @param testCase its name in the plan
 * @param manifests the releases it was tried with: a result says nothing of others
 * @param kind what kind of machine it was
 * @param transmission how long the content took to get there, where it was measured
 * @param installation how long it took to put it in place, where it was measured
 */
public record TestResult(
        String testCase,
        List<Sha256> manifests,
        Verdict verdict,
        Optional<EndpointId> endpoint,
        String kind,
        Optional<Duration> transmission,
        Optional<Duration> installation,
        String note,
        PersonId by,
        Instant at) {
    /** How it went. */
    public enum Verdict {
        PASS,
        FAIL,
        /** It could not be tried. */
        BLOCKED
    }

    public TestResult {
        testCase = Words.named("the case", testCase);
        manifests = List.copyOf(manifests);
        kind = Words.line("the kind of machine", kind);
        note = verdict == Verdict.PASS ? Words.prose("the note", note) : Words.said("what went wrong", note);
        if (transmission.map(Duration::isNegative).orElse(false)
                || installation.map(Duration::isNegative).orElse(false)) {
            throw new IllegalArgumentException(testCase + " cannot take less than no time");
        }
    }
}
