package packhorse.core.content;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import packhorse.core.json.Json.JsonObject;

/**
 * How a release is put in place, signed with its manifest. Which adapter does it is a name, and what that one needs to know
 * is its own {@code settings}: a machine without the adapter, or with one that knows other settings, refuses in so many words.
 *
 * @param adapter lower-case word: {@code archive}, {@code deb}, {@code rpm}, {@code exec}, {@code config}, {@code image}, or one
 *     that was added to the machine
 * @param settings the adapter's own, checked by it at publishing and again on the machine
 * @param hooks programs around it, at most one for each moment
 * @param returnCodes what codes of this release's programs mean, over the adapter's own table
 * @param timeouts the longest a phase may take, where the default will not do
 * @param conflicts releases that may not be in place beside it
 * @param diskBytes free bytes wanted beyond what the adapter counts itself
 * @param activation whether it comes into use with its installation or by an order of its own
 * @param drift what is to be done about managed files that somebody changed, where policy does not say
 * @param requires paths of programs or files that have to be on the machine
 */
public record InstallSection(
        String adapter,
        JsonObject settings,
        Map<HookMoment, Hook> hooks,
        SortedMap<Integer, CodeClass> returnCodes,
        Map<Phase, Duration> timeouts,
        List<Dependency> conflicts,
        long diskBytes,
        Activating activation,
        Drift drift,
        List<String> requires) {
    /** An adapter's name. */
    private static final Pattern WORD = Pattern.compile("[a-z][a-z0-9-]{0,31}");

    /** A disk image on a slow disk takes an hour; what takes longer hangs. */
    public static final Duration TIMEOUT_MAX = Duration.ofHours(24);

    /** When a hook runs. */
    public enum HookMoment {
        /** Before anything is changed. */
        PRE,
        /** After it is active and healthy. */
        POST,
        /** Decides whether it is healthy; may run again and again, so it only looks. */
        HEALTH,
        /** Before the adapter takes it away for good (remove). */
        PRE_REMOVE
    }

    /** What has a time limit of its own. */
    public enum Phase {
        PRECHECK,
        PREPARE,
        APPLY,
        ACTIVATE,
        VERIFY,
        COMMIT,
        UNDO
    }

    /** When it comes into use. */
    public enum Activating {
        WITH_INSTALL,
        BY_ORDER
    }

    /** What is done about changed files. */
    public enum Drift {
        IGNORE,
        REPORT,
        MEND
    }

    /**
     * A program of the release.
     *
     * @param run its argument vector; the first is a path inside the content (relative) or an absolute path on the machine
     * @param undo takes back what {@code run} did, in the same sense; may be run when {@code run} was cut off or never began, and
     *     more than once. Absent where {@code run} changes something: the release is irreversible
     * @param changes whether {@code run} changes anything outside the adapter's own files; one that does not needs no {@code undo}
     * @param timeout it is ended, with everything it started, after this long
     * @param environment added to the small fixed one
     * @param privileged needs the machine's root and no sandbox; refused where policy demands a sandbox
     */
    public record Hook(
            List<String> run,
            Optional<List<String>> undo,
            boolean changes,
            Duration timeout,
            SortedMap<String, String> environment,
            boolean privileged) {
        public Hook {
            run = List.copyOf(run);
            if (run.isEmpty() || undo.filter(List::isEmpty).isPresent()) {
                throw new IllegalArgumentException("a hook names a program to run");
            }
            requireTime("a hook's timeout", timeout);
            undo = undo.map(List::copyOf);
            environment = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(environment));
        }

        /** Whether what it does can be taken back. */
        public boolean reversible() {
            return !changes || undo.isPresent();
        }
    }

    public InstallSection {
        if (!WORD.matcher(adapter).matches()) {
            throw new IllegalArgumentException("\"" + adapter + "\" is not an adapter; write one lower-case word");
        }
        if (diskBytes < 0) {
            throw new IllegalArgumentException("diskBytes is at least 0, not " + diskBytes);
        }
        timeouts.forEach((phase, time) -> requireTime("the timeout of " + phase, time));
        hooks = hooks.isEmpty() ? Map.of() : java.util.Collections.unmodifiableMap(new EnumMap<>(hooks));
        returnCodes = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(returnCodes));
        timeouts = timeouts.isEmpty() ? Map.of() : java.util.Collections.unmodifiableMap(new EnumMap<>(timeouts));
        conflicts = List.copyOf(conflicts);
        requires = List.copyOf(requires);
    }

    private static void requireTime(String what, Duration time) {
        if (time.compareTo(Duration.ofSeconds(1)) < 0 || time.compareTo(TIMEOUT_MAX) > 0) {
            throw new IllegalArgumentException(
                    what + " is 1 to " + TIMEOUT_MAX.toSeconds() + " seconds, not " + time.toSeconds());
        }
    }

    /** Whether its hooks' effects can be taken back; the adapter may still say no. */
    public boolean hooksReversible() {
        return hooks.values().stream().allMatch(Hook::reversible);
    }
}
