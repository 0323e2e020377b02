package packhorse.core.unit;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;

/**
 * A rate in bytes per second, always above 0. Networks are sold in bits: {@link #parse} takes both and keeps them apart.
 *
 * @param bytesPerSecond at least 1
 */
public record ByteRate(long bytesPerSecond) implements Comparable<ByteRate> {
    public ByteRate {
        if (bytesPerSecond < 1) {
            throw new IllegalArgumentException("a rate is at least 1 byte per second, not " + bytesPerSecond);
        }
    }

    /**
     * Reads {@code 100Mbit}, {@code 512kbit}, {@code 1Gbit} (decimal bits per second), or {@code 12MB/s}, {@code 4MiB/s}.
     *
     * @throws IllegalArgumentException naming the text, when it is not a rate
     */
    public static ByteRate parse(String text) {
        String trimmed = text.strip();
        int digits = 0;
        while (digits < trimmed.length()
                && (Character.isDigit(trimmed.charAt(digits)) || trimmed.charAt(digits) == '.')) {
            digits++;
        }
        String unit = trimmed.substring(digits).strip();
        try {
            if (unit.endsWith("/s")) {
                return new ByteRate(ByteCount.parse(trimmed.substring(0, trimmed.length() - 2))
                        .bytes());
            }
            long bitsPerSecond = switch (unit) {
                case "bit" -> 1L;
                case "kbit" -> 1_000L;
                case "Mbit" -> 1_000_000L;
                case "Gbit" -> 1_000_000_000L;
                default -> throw notARate(text, null);
            };
            return new ByteRate(new BigDecimal(trimmed.substring(0, digits))
                    .multiply(BigDecimal.valueOf(bitsPerSecond))
                    .divideToIntegralValue(BigDecimal.valueOf(8))
                    .longValueExact());
        } catch (ArithmeticException | IllegalArgumentException e) {
            throw notARate(text, e);
        }
    }

    private static IllegalArgumentException notARate(String text, @org.jspecify.annotations.Nullable Exception cause) {
        return new IllegalArgumentException(
                "\"" + text + "\" is not a rate; write for example 512kbit, 100Mbit, 1Gbit, 12MB/s or 4MiB/s", cause);
    }

    /** How long {@code amount} takes at this rate. */
    public Duration timeFor(ByteCount amount) {
        return Duration.ofNanos(Math.round(amount.bytes() * 1e9 / bytesPerSecond));
    }

    @Override
    public int compareTo(ByteRate other) {
        return Long.compare(bytesPerSecond, other.bytesPerSecond);
    }

    /** For people, in decimal bits: {@code 100 Mbit/s}. */
    @Override
    public String toString() {
        double bits = bytesPerSecond * 8.0;
        String unit = "bit/s";
        for (String next : new String[] {"kbit/s", "Mbit/s", "Gbit/s"}) {
            if (bits < 1000) {
                break;
            }
            bits /= 1000;
            unit = next;
        }
        return String.format(Locale.ROOT, bits == Math.rint(bits) ? "%.0f %s" : "%.1f %s", bits, unit);
    }
}
