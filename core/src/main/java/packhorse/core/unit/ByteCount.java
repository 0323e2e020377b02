package packhorse.core.unit;

import java.util.Locale;

/**
 * A number of bytes, never negative.
 *
 * @param bytes the count, at least 0
 */
public record ByteCount(long bytes) implements Comparable<ByteCount> {
    public static final ByteCount ZERO = new ByteCount(0);

    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

    public ByteCount {
        if (bytes < 0) {
            throw new IllegalArgumentException("a byte count is at least 0, not " + bytes);
        }
    }

    /**
     * Reads {@code 4096}, {@code 64KiB}, {@code 256 MiB}, {@code 2GiB}, or the decimal {@code kB}, {@code MB}, {@code GB}.
     *
     * @throws IllegalArgumentException naming the text, when it is not an amount or does not fit a long
     */
    public static ByteCount parse(String text) {
        String trimmed = text.strip();
        int digits = 0;
        while (digits < trimmed.length()
                && (Character.isDigit(trimmed.charAt(digits)) || trimmed.charAt(digits) == '.')) {
            digits++;
        }
        long factor = switch (trimmed.substring(digits).strip()) {
            case "", "B" -> 1L;
            case "KiB", "K" -> 1L << 10;
            case "MiB", "M" -> 1L << 20;
            case "GiB", "G" -> 1L << 30;
            case "TiB", "T" -> 1L << 40;
            case "kB" -> 1_000L;
            case "MB" -> 1_000_000L;
            case "GB" -> 1_000_000_000L;
            case "TB" -> 1_000_000_000_000L;
            default -> throw notAnAmount(text);
        };
        try {
            return new ByteCount(new java.math.BigDecimal(trimmed.substring(0, digits))
                    .multiply(java.math.BigDecimal.valueOf(factor))
                    .toBigInteger()
                    .longValueExact());
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException(notAnAmount(text).getMessage(), e);
        }
    }

    private static IllegalArgumentException notAnAmount(String text) {
        return new IllegalArgumentException("\"" + text
                + "\" is not an amount of bytes; write a number and B, KiB, MiB, GiB, TiB, kB, MB, GB or TB");
    }

    /** The sum; overflow is refused. */
    public ByteCount plus(ByteCount other) {
        return new ByteCount(Math.addExact(bytes, other.bytes));
    }

    @Override
    public int compareTo(ByteCount other) {
        return Long.compare(bytes, other.bytes);
    }

    /** For people, in binary units with one decimal: {@code 139.2 MiB}. */
    @Override
    public String toString() {
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
    }
}
