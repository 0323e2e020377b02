package packhorse.console.gate;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A verdict and what it was taken from.
 *
 * @param findings one for each criterion, in their order
 */
public record Judgement(Verdict verdict, Evidence evidence, List<Finding> findings) {
    public Judgement {
        findings = List.copyOf(findings);
    }

    /** Every criterion with what was seen of it, its counts and its interval, whatever the verdict; a line each. */
    public List<String> figures() {
        return findings.stream().map(Finding::line).toList();
    }

    /** A person's verdict in one line, his words beside every figure that the gate has of it and what it would have said. */
    public String beside(Verdict said, String who, String why) {
        return said + " by " + who + ": " + why + " | the gate says " + verdict + ": " + String.join(" | ", figures());
    }

    /** The verdict and its reason, in one line for people: whatever was missed, else whatever is open, else all of it. */
    public String line() {
        Finding.Standing telling = switch (verdict) {
            case PASS -> Finding.Standing.MET;
            case FAIL -> Finding.Standing.MISSED;
            case INCONCLUSIVE -> Finding.Standing.OPEN;
        };
        String reasons = findings.stream()
                .filter(finding -> finding.standing() == telling)
                .map(Finding::line)
                .collect(Collectors.joining(" | "));
        String waiting =
                evidence.pending() == 0 ? "" : " | " + Figures.endpoints(evidence.pending()) + " not ended yet";
        return verdict + ": " + reasons + waiting;
    }
}
