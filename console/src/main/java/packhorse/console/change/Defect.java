package packhorse.console.change;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Something that a test found wrong. {@link DefectMachine} moves it.
 *
 * @param testCase the case that found it, where one did
 * @param fault what is to blame
 * @param arrived when it was found
 */
public record Defect(
        DefectId id,
        OrderId order,
        Optional<String> testCase,
        String title,
        Severity severity,
        Fault fault,
        DefectState state,
        Instant arrived,
        List<HistoryEntry> history) {
    /** How bad it is. */
    public enum Severity {
        /** Nothing can be deployed with it. */
        BLOCKING,
        /** Something that is needed does not work. */
        SEVERE,
        /** It works in another way. */
        MODERATE,
        /** Looks. */
        MINOR
    }

    /** What is to blame. */
    public enum Fault {
        /** What we made. */
        PACKAGE,
        /** What we made it of. */
        SOURCE,
        UNDECIDED
    }

    public Defect {
        title = Words.named("the defect", title);
        testCase = testCase.map(name -> Words.named("the case", name));
        history = List.copyOf(history);
    }

    /** One that was just found. */
    public static Defect found(
            DefectId id,
            OrderId order,
            Optional<String> testCase,
            String title,
            Severity severity,
            Actor by,
            Instant now) {
        return new Defect(
                id,
                order,
                testCase,
                title,
                severity,
                Fault.UNDECIDED,
                DefectState.OPEN,
                now,
                List.of(HistoryEntry.by(by, now, "found it", "")));
    }
}
