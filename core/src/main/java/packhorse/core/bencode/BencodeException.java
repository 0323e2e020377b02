package packhorse.core.bencode;

/** Bytes that are no bencoding, or not the one encoding of their value; the message says where. */
public final class BencodeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    BencodeException(int offset, String problem) {
        super("not bencoded: " + problem + " at byte " + offset);
    }
}
