package packhorse.peer.hook;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of one run, on its control group and in its environment: whose it is can be read from it, so that what a killed
 * installer left behind is found by the next one, and nothing of a living one is.
 *
 * @param pid the process that runs it
 * @param started when that one started, in ticks since the machine did, since numbers of processes come back
 */
record RunName(long pid, long started, long number) {
    /** In the environment of programs without a control group. */
    static final String VARIABLE = "PACKHORSE_RUN";

    private static final Pattern FORM = Pattern.compile("packhorse-run-([0-9]{1,10})-([0-9]{1,15})-([0-9]{1,15})");

    private static final AtomicLong NUMBERS = new AtomicLong();

    static RunName next() {
        long self = ProcessHandle.current().pid();
        return new RunName(self, started(self), NUMBERS.incrementAndGet());
    }

    static Optional<RunName> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        return matcher.matches()
                ? Optional.of(new RunName(
                        Long.parseLong(matcher.group(1)),
                        Long.parseLong(matcher.group(2)),
                        Long.parseLong(matcher.group(3))))
                : Optional.empty();
    }

    /** Whether nobody waits for its end any more. */
    boolean orphaned() {
        return started(pid) != started;
    }

    private static long started(long pid) {
        return ProcessLine.of(pid)
                .filter(line -> !line.dead())
                .map(ProcessLine::startTicks)
                .orElse(-1L);
    }

    @Override
    public String toString() {
        return "packhorse-run-" + pid + "-" + started + "-" + number;
    }
}
