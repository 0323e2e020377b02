package packhorse.core.identity;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Makes guessing slow: an address that sent wrong secrets waits, longer each time. Of tokens, which have 256 bits, this protects the disk
 * and the processor rather than the secret. Neighbours in one IPv6 /64 are one address. Guarded by itself.
 */
public final class WrongSecrets {
    /** A person mistypes or tries an old token; five times is nobody's mistake any more. */
    public static final int FREE = 5;

    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    /** An office behind one address is locked out for no longer than a coffee. */
    public static final Duration WAIT_MAX = Duration.ofMinutes(5);
    /** What was long ago is forgotten. */
    private static final Duration MEMORY = Duration.ofMinutes(15);
    /** A flood from everywhere evicts the oldest and fills no memory. */
    private static final int ADDRESSES_MAX = 10_000;

    private static final int IPV6_PREFIX_BYTES = 8;
    private static final int IPV4_BYTES = 4;
    private static final int DOUBLINGS_MAX = 20;

    private record Tries(int count, Instant last, Instant until) {}

    private final Map<String, Tries> records = new LinkedHashMap<>(16, 0.75f, true);

    /** How long {@code from} still waits; zero when it may ask. */
    public synchronized Duration wait(InetAddress from, Instant now) {
        Tries record = records.get(key(from));
        return record == null || !now.isBefore(record.until()) ? Duration.ZERO : Duration.between(now, record.until());
    }

    /** Counts a wrong secret. */
    public synchronized void wrong(InetAddress from, Instant now) {
        String key = key(from);
        Tries before = records.get(key);
        int count = before == null || before.last().plus(MEMORY).isBefore(now) ? 1 : before.count() + 1;
        Duration wait = Duration.ZERO;
        if (count > FREE) {
            wait = FIRST_WAIT.multipliedBy(1L << Math.min(count - FREE - 1, DOUBLINGS_MAX));
        }
        records.put(key, new Tries(count, now, now.plus(wait.compareTo(WAIT_MAX) < 0 ? wait : WAIT_MAX)));
        if (records.size() > ADDRESSES_MAX) {
            records.remove(records.keySet().iterator().next());
        }
    }

    /** Forgets what {@code from} did wrong. */
    public synchronized void right(InetAddress from) {
        records.remove(key(from));
    }

    private static String key(InetAddress from) {
        byte[] bytes = from.getAddress();
        return HexFormat.of().formatHex(bytes.length == IPV4_BYTES ? bytes : Arrays.copyOf(bytes, IPV6_PREFIX_BYTES));
    }
}
