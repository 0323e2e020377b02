package packhorse.core.topology;

import java.util.Arrays;
import java.util.HexFormat;

/** Names an endpoint: 128 random bits given at enrolment, whatever its address, name or certificate. */
public final class EndpointId implements Comparable<EndpointId> {
    public static final int LENGTH_BYTES = 16;

    private final byte[] bytes;
    private final int hash;

    private EndpointId(byte[] bytes) {
        this.bytes = bytes;
        this.hash = Arrays.hashCode(bytes);
    }

    /** @throws IllegalArgumentException unless there are exactly 16 bytes */
    public static EndpointId ofBytes(byte[] bytes) {
        if (bytes.length != LENGTH_BYTES) {
            throw new IllegalArgumentException("an endpoint id has 16 bytes, not " + bytes.length);
        }
        return new EndpointId(bytes.clone());
    }

    /**
     * Reads what {@link #toString} writes.
     *
     * @throws IllegalArgumentException unless there are 32 hexadecimal digits
     */
    public static EndpointId parse(String text) {
        if (text.length() != 2 * LENGTH_BYTES) {
            throw new IllegalArgumentException("\"" + text + "\" is no endpoint id; it has 32 hexadecimal digits");
        }
        try {
            return new EndpointId(HexFormat.of().parseHex(text));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("\"" + text + "\" is no endpoint id; it has 32 hexadecimal digits", e);
        }
    }

    /** A copy of the 16 bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /**
     * A number that looks random but is the same for the same agent and salt: it spreads choices without a dice.
     * FNV-1a over the bytes, finished with the mixer of SplitMix64.
     */
    public long spread(long salt) {
        long mixed = salt ^ 0xcbf29ce484222325L;
        for (byte b : bytes) {
            mixed = (mixed ^ (b & 0xff)) * 0x100000001b3L;
        }
        mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }

    @Override
    public int compareTo(EndpointId other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EndpointId that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** 32 hexadecimal digits. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
