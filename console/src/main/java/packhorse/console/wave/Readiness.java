package packhorse.console.wave;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import packhorse.console.change.Finding;

/**
 * What has to be so before anything is sent: what was found of each question, as values. A finding that is not met blocks; one that the
 * product could not look at blocks until a person has looked. Coverage of depots is one of them.
 *
 * @param findings in the questions' order; a question may have several, one that has none was not asked
 */
public record Readiness(Map<Question, List<Finding>> findings, Instant at) {
    /** What is looked at. */
    public enum Question {
        BASELINE("every site meets the baseline"),
        REACHABLE("every target is known and reachable"),
        ENTITLED("every target is entitled and licensed"),
        DISK("every target has disk"),
        POWER("every target has power or battery enough"),
        PREREQUISITES("every target has the prerequisites"),
        DEPOTS("every depot has the releases"),
        PROMOTED("production offers exactly these releases"),
        APPROVALS("the signatures hold for this plan"),
        BACKOUT("the backout was rehearsed with these releases"),
        WINDOW("every site has an opening that is long enough"),
        FREEZES("external freezes and backup times are respected"),
        TOOLS("hardware, network and distribution tool were verified");

        private final String title;

        Question(String title) {
            this.title = title;
        }

        /** For people. */
        public String title() {
            return title;
        }
    }

    public Readiness {
        Map<Question, List<Finding>> ordered = new EnumMap<>(Question.class);
        findings.forEach((question, found) -> ordered.put(question, List.copyOf(found)));
        findings = Collections.unmodifiableMap(ordered);
    }

    /** One finding for each wave or depot. */
    public static Finding coverage(String what, long staged, long of, int percent, Instant now) {
        String text = staged + " of " + of + " " + what + " have it, verified; " + percent + " % are wanted";
        return staged * 100 >= of * percent ? Finding.met(text, now) : Finding.notMet(text, now);
    }

    /** What keeps it from being ready, one line each. */
    public List<String> blocking() {
        List<String> blocking = new ArrayList<>();
        for (Question question : Question.values()) {
            List<Finding> found = Optional.ofNullable(findings.get(question)).orElse(List.of());
            if (found.isEmpty()) {
                blocking.add(question.title() + ": nobody has looked");
            }
            for (Finding finding : found) {
                switch (finding.answer()) {
                    case MET -> {
                        // Nothing to say.
                    }
                    case NOT_MET -> blocking.add(question.title() + ": " + finding.text());
                    case UNKNOWN ->
                        blocking.add(question.title() + ": could not be looked at (" + finding.text()
                                + "); have a person look");
                }
            }
        }
        return blocking;
    }

    public boolean ready() {
        return blocking().isEmpty();
    }

    /** Whether it is not ready only because nobody has looked at what the product cannot look at: a person's word makes it ready. */
    public boolean waitsForPeople() {
        return !ready()
                && findings.values().stream()
                        .flatMap(List::stream)
                        .noneMatch(finding -> finding.answer() == Finding.Answer.NOT_MET);
    }
}
