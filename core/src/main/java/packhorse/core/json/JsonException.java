package packhorse.core.json;

/** JSON that is not well formed, or not of the expected shape. The message says where and what. */
public final class JsonException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;
    /** The offset of a fault that has no place in a text, such as a missing member. */
    public static final int OFFSET_NONE = -1;

    private final int offset;

    JsonException(String message, int offset) {
        super(offset == OFFSET_NONE ? message : message + " at byte " + offset);
        this.offset = offset;
    }

    /** Where in the bytes the fault is, counted from 0, or {@link #OFFSET_NONE}. */
    public int offset() {
        return offset;
    }
}
