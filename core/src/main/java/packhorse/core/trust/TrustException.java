package packhorse.core.trust;

import org.jspecify.annotations.Nullable;
import packhorse.core.OperationException;

/** Something that is not to be trusted, or cannot be checked now. Nothing was changed but what had been verified before. */
public final class TrustException extends OperationException {
    private static final long serialVersionUID = 1;

    /** What was wrong, for callers and counters. */
    public enum Kind {
        /** Metadata past its time, and the source has nothing newer. */
        EXPIRED,
        /** The source keeps offering what we already hold, past its time. */
        FREEZE,
        /** A version lower than one already trusted, or a file that was listed and is gone. */
        ROLLBACK,
        /** A signature by a named key that does not fit the bytes. */
        BAD_SIGNATURE,
        /** Too few different keys of the role signed. */
        THRESHOLD,
        /** Files that do not belong together: another version, length or digest than the signed one. */
        MIX_AND_MATCH,
        /** More bytes than the bound for this file. */
        TOO_LONG,
        /** An answer that drips. */
        TOO_SLOW,
        /** Not the form the specification gives. */
        MALFORMED,
        /** Not there. */
        MISSING,
        /** A root that is not exactly the next one. */
        WRONG_VERSION,
        /** A root of another deployment. */
        WRONG_ROOT,
        /** A format this version does not read. */
        UNSUPPORTED,
        /** The system clock stands before a time already seen. */
        CLOCK,
        /** The source does not answer. */
        UNREACHABLE
    }

    private final Kind kind;

    TrustException(Kind kind, String message) {
        this(kind, message, null);
    }

    TrustException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public static TrustException tooLong(String place, long lengthMax) {
        return new TrustException(
                Kind.TOO_LONG, place + " is longer than the " + lengthMax + " bytes allowed; take another source");
    }

    public Kind kind() {
        return kind;
    }
}
