package packhorse.core.content;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** A version 1 BitTorrent info-hash (BEP 3): the SHA-1 of a torrent's info dictionary, 20 bytes. */
public final class InfoHash {
    public static final int LENGTH_BYTES = 20;

    private final byte[] bytes;

    private InfoHash(byte[] bytes) {
        this.bytes = bytes;
    }

    /** @throws IllegalArgumentException unless there are exactly 20 bytes */
    public static InfoHash ofDigest(byte[] digest) {
        if (digest.length != LENGTH_BYTES) {
            throw new IllegalArgumentException("an info-hash has 20 bytes, not " + digest.length);
        }
        return new InfoHash(digest.clone());
    }

    /** @throws IllegalArgumentException unless the text is 40 hexadecimal digits */
    public static InfoHash parse(String hex) {
        if (hex.length() != 2 * LENGTH_BYTES) {
            throw new IllegalArgumentException("\"" + hex + "\" is not an info-hash: 40 hexadecimal digits");
        }
        return new InfoHash(HexFormat.of().parseHex(hex));
    }

    /** The info-hash of the bencoded info dictionary {@code info}. */
    public static InfoHash of(byte[] info) {
        return new InfoHash(newDigest().digest(info));
    }

    /** A fresh JDK SHA-1 computation. */
    public static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java runtime has SHA-1", e);
        }
    }

    /** A copy of the 20 bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    public String hex() {
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof InfoHash that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return hex();
    }
}
