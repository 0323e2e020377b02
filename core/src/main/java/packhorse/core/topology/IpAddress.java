package packhorse.core.topology;

import java.util.Arrays;

/**
 * An IPv4 or IPv6 address as a value; never a host name, so making one asks no resolver. An IPv4-mapped IPv6 address
 * ({@code ::ffff:a.b.c.d}) is the IPv4 address.
 */
public final class IpAddress implements Comparable<IpAddress> {
    private final byte[] bytes;

    private IpAddress(byte[] bytes) {
        this.bytes = bytes;
    }

    /** @throws IllegalArgumentException unless there are 4 or 16 bytes (network order) */
    public static IpAddress ofBytes(byte[] bytes) {
        if (bytes.length != 4 && bytes.length != 16) {
            throw new IllegalArgumentException("an address has 4 or 16 bytes, not " + bytes.length);
        }
        if (bytes.length == 16 && isMapped(bytes)) {
            return new IpAddress(Arrays.copyOfRange(bytes, 12, 16));
        }
        return new IpAddress(bytes.clone());
    }

    private static boolean isMapped(byte[] bytes) {
        for (int i = 0; i < 10; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return bytes[10] == (byte) 0xff && bytes[11] == (byte) 0xff;
    }

    /**
     * Reads a literal: {@code 10.1.0.5}, {@code 2001:db8::5}. No zone, no name, no port.
     *
     * @throws IllegalArgumentException naming the text
     */
    public static IpAddress parse(String text) {
        byte[] parsed = text.indexOf(':') >= 0 ? parseV6(text) : parseV4(text);
        if (parsed.length == 0) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not an IP address; write for example 10.1.0.5 or 2001:db8::5");
        }
        return ofBytes(parsed);
    }

    private static final byte[] NONE = {};

    private static byte[] parseV4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return NONE;
        }
        byte[] out = new byte[4];
        for (int i = 0; i < 4; i++) {
            String part = parts[i];
            if (part.isEmpty()
                    || part.length() > 3
                    || !part.chars().allMatch(c -> c >= '0' && c <= '9')
                    || (part.length() > 1 && part.startsWith("0"))
                    || Integer.parseInt(part) > 255) {
                return NONE;
            }
            out[i] = (byte) Integer.parseInt(part);
        }
        return out;
    }

    private static byte[] parseV6(String text) {
        int gap = text.indexOf("::");
        if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
            return NONE;
        }
        byte[] head = gap < 0 ? groups(text, true) : groups(text.substring(0, gap), false);
        byte[] tail = gap < 0 ? NONE : groups(text.substring(gap + 2), true);
        if (gap < 0) {
            return head.length == 16 ? head : NONE;
        }
        boolean headGood = head.length > 0 || gap == 0;
        boolean tailGood = tail.length > 0 || gap + 2 == text.length();
        if (!headGood || !tailGood || head.length + tail.length > 14) {
            return NONE;
        }
        byte[] out = new byte[16];
        System.arraycopy(head, 0, out, 0, head.length);
        System.arraycopy(tail, 0, out, 16 - tail.length, tail.length);
        return out;
    }

    /** Colon-separated groups, the last of which may be dotted at the address's end; empty when malformed or empty. */
    private static byte[] groups(String text, boolean end) {
        if (text.isEmpty()) {
            return NONE;
        }
        String[] parts = text.split(":", -1);
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        for (int i = 0; i < parts.length; i++) {
            String part = parts[i];
            if (end && i == parts.length - 1 && part.indexOf('.') >= 0) {
                byte[] v4 = parseV4(part);
                if (v4.length == 0) {
                    return NONE;
                }
                out.writeBytes(v4);
            } else {
                if (part.isEmpty() || part.length() > 4 || !part.chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
                    return NONE;
                }
                int group = Integer.parseInt(part, 16);
                out.write(group >> 8);
                out.write(group);
            }
        }
        return out.toByteArray();
    }

    public boolean isV4() {
        return bytes.length == 4;
    }

    /** Whether only this machine is reached by it: 127.0.0.0/8 and ::1. */
    public boolean isLoopback() {
        byte[] all = bytes();
        if (isV4()) {
            return all[0] == 127;
        }
        byte[] one = new byte[all.length];
        one[all.length - 1] = 1;
        return Arrays.equals(all, one);
    }

    /** A copy of the 4 or 16 bytes in network order. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Bit {@code index} from the left. */
    boolean bit(int index) {
        return (bytes[index / 8] >> (7 - index % 8) & 1) == 1;
    }

    int bitCount() {
        return bytes.length * 8;
    }

    @Override
    public int compareTo(IpAddress other) {
        int byFamily = Integer.compare(bytes.length, other.bytes.length);
        return byFamily != 0 ? byFamily : Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IpAddress that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** RFC 5952 text. */
    @Override
    public String toString() {
        if (isV4()) {
            return (bytes[0] & 0xff) + "." + (bytes[1] & 0xff) + "." + (bytes[2] & 0xff) + "." + (bytes[3] & 0xff);
        }
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = (bytes[2 * i] & 0xff) << 8 | (bytes[2 * i + 1] & 0xff);
        }
        int bestStart = -1;
        int bestLength = 1;
        for (int i = 0; i < 8; i++) {
            int length = 0;
            while (i + length < 8 && groups[i + length] == 0) {
                length++;
            }
            if (length > bestLength) {
                bestStart = i;
                bestLength = length;
            }
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == bestStart) {
                out.append("::");
                i += bestLength - 1;
                continue;
            }
            if (!out.isEmpty() && out.charAt(out.length() - 1) != ':') {
                out.append(':');
            }
            out.append(Integer.toHexString(groups[i]));
        }
        return out.toString();
    }
}
