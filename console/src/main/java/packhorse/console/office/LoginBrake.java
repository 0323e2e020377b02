package packhorse.console.office;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Slows down whoever guesses passwords: after {@link #FREE} failures an account waits twice as long with each further one, a quarter of
 * an hour at most. It is kept in memory only, for each name that is asked for, whether there is an account or not.
 */
final class LoginBrake {
    /** Typing errors. */
    static final int FREE = 5;

    static final Duration WAIT_MAX = Duration.ofMinutes(15);

    /** Names remembered; the oldest is forgotten. Whoever tries more names than that has tried each once. */
    private static final int NAMES_MAX = 10_000;

    private record Failures(int count, Instant last) {
        Instant until() {
            if (count < FREE) {
                return last;
            }
            long seconds = 1L << Math.min(count - FREE, 20);
            return last.plus(seconds > WAIT_MAX.toSeconds() ? WAIT_MAX : Duration.ofSeconds(seconds));
        }
    }

    private final Map<String, Failures> byName = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Failures> eldest) {
            return size() > NAMES_MAX;
        }
    };

    /** How long this name has to wait. */
    synchronized Duration wait(String name, Instant now) {
        Failures failures = byName.get(name);
        if (failures == null || !failures.until().isAfter(now)) {
            return Duration.ZERO;
        }
        return Duration.between(now, failures.until());
    }

    synchronized void failed(String name, Instant now) {
        Failures before = byName.remove(name);
        byName.put(name, new Failures(before == null ? 1 : before.count() + 1, now));
    }

    synchronized void succeeded(String name) {
        byName.remove(name);
    }
}
