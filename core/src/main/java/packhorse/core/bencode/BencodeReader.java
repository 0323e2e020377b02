package packhorse.core.bencode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads bencoded bytes strictly: the whole input is one value, dictionary keys ascend without repetition, numbers have no
 * superfluous zero or sign. So {@code parse(b).encode()} equals {@code b} for everything that parses, and a hash over a part
 * of a value can be taken over its re-encoding. One pass, O(n); recursion is bounded by the depth that the caller allows.
 */
public final class BencodeReader {
    /** Larger input is refused: the torrent of a TiB needs 14 MB, everything else far less. */
    public static final int BYTES_MAX = 64 << 20;

    /** Deep enough for every torrent and tracker answer: a file tree of 20 directories. */
    public static final int DEPTH_MAX = 32;

    /** Digits of the longest integer, {@code Long.MIN_VALUE} without sign. */
    private static final int DIGITS_MAX = 19;

    private final byte[] bytes;
    private int at;

    private BencodeReader(byte[] bytes) {
        this.bytes = bytes;
    }

    /** @throws BencodeException for everything that is not exactly one canonical value */
    public static Bencode parse(byte[] bytes) {
        return parse(bytes, DEPTH_MAX);
    }

    /**
     * As {@link #parse(byte[])}, with another bound on nesting.
     *
     * @param depthMax how many lists and dictionaries may lie inside each other; 0 for a plain string or integer
     */
    public static Bencode parse(byte[] bytes, int depthMax) {
        if (bytes.length > BYTES_MAX) {
            throw new BencodeException(BYTES_MAX, "more than " + BYTES_MAX + " bytes");
        }
        BencodeReader reader = new BencodeReader(bytes);
        Bencode value = reader.value(depthMax);
        if (reader.at != bytes.length) {
            throw new BencodeException(reader.at, "something after the value");
        }
        return value;
    }

    private Bencode value(int depthLeft) {
        int first = peek();
        return switch (first) {
            case 'i' -> integer();
            case 'l' -> list(inside(depthLeft));
            case 'd' -> dictionary(inside(depthLeft));
            default -> string();
        };
    }

    private int inside(int depthLeft) {
        if (depthLeft == 0) {
            throw new BencodeException(at, "nested too deeply");
        }
        return depthLeft - 1;
    }

    private Bencode.BInteger integer() {
        at++;
        int start = at;
        boolean negative = peek() == '-';
        if (negative) {
            at++;
        }
        String digits = digits(DIGITS_MAX);
        if (negative && digits.equals("0")) {
            throw new BencodeException(start, "minus zero");
        }
        expect('e');
        try {
            return new Bencode.BInteger(Long.parseLong(negative ? "-" + digits : digits));
        } catch (NumberFormatException e) {
            BencodeException refused = new BencodeException(start, "an integer that does not fit 64 bits");
            refused.initCause(e);
            throw refused;
        }
    }

    private Bencode.BString string() {
        int start = at;
        long length = Long.parseLong(digits(DIGITS_MAX - 1));
        expect(':');
        if (length > bytes.length - at) {
            throw new BencodeException(
                    start, "a string of " + length + " bytes where " + (bytes.length - at) + " are left");
        }
        byte[] copy = Arrays.copyOfRange(bytes, at, at + (int) length);
        at += (int) length;
        return new Bencode.BString(copy);
    }

    private Bencode.BList list(int depthLeft) {
        at++;
        List<Bencode> items = new ArrayList<>();
        while (peek() != 'e') {
            items.add(value(depthLeft));
        }
        at++;
        return new Bencode.BList(items);
    }

    private Bencode.BDictionary dictionary(int depthLeft) {
        at++;
        TreeMap<Bencode.BString, Bencode> entries = new TreeMap<>();
        Bencode.@Nullable BString last = null;
        while (peek() != 'e') {
            int start = at;
            Bencode.BString key = string();
            if (last != null && key.compareTo(last) <= 0) {
                throw new BencodeException(start, "a key that is repeated or out of order");
            }
            last = key;
            entries.put(key, value(depthLeft));
        }
        at++;
        return new Bencode.BDictionary(entries);
    }

    /** One or more digits without superfluous leading zero. */
    private String digits(int digitsMax) {
        int start = at;
        StringBuilder digits = new StringBuilder();
        while (peek() >= '0' && peek() <= '9') {
            digits.append((char) peek());
            at++;
            if (digits.length() > digitsMax) {
                throw new BencodeException(start, "a number of more than " + digitsMax + " digits");
            }
        }
        if (digits.isEmpty()) {
            throw new BencodeException(start, "no value");
        }
        if (digits.length() > 1 && digits.charAt(0) == '0') {
            throw new BencodeException(start, "a number with a leading zero");
        }
        return digits.toString();
    }

    private void expect(char wanted) {
        if (peek() != wanted) {
            throw new BencodeException(at, "no '" + wanted + "'");
        }
        at++;
    }

    private int peek() {
        if (at >= bytes.length) {
            throw new BencodeException(at, "the end comes too early");
        }
        return bytes[at] & 0xff;
    }
}
