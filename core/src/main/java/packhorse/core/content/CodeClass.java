package packhorse.core.content;

/** What a program's return code means; the trade's classes. An unknown code other than 0 is {@link #PERMANENT}. */
public enum CodeClass {
    /** Done. */
    SUCCESS(1),
    /** Done, and in use after the machine's next start. */
    SUCCESS_REBOOT(2),
    /** Not done; the same may work later: a lock was held, a disk was full for a moment. */
    TRANSIENT(3),
    /** Not done, and will not be. */
    PERMANENT(4),
    /** Not done because its user said so, or was in the way. */
    USER(5),
    /** Not done because of the machine around it: something is missing, too old or broken. */
    ENVIRONMENT(6);

    private final int number;

    CodeClass(int number) {
        this.number = number;
    }

    /** On the wire and on disk; never reused. */
    public int number() {
        return number;
    }

    /** Whether what was asked for is done. */
    public boolean succeeds() {
        return this == SUCCESS || this == SUCCESS_REBOOT;
    }

    /** @throws IllegalArgumentException for a number that this version does not know */
    public static CodeClass of(int number) {
        for (CodeClass one : values()) {
            if (one.number == number) {
                return one;
            }
        }
        throw new IllegalArgumentException("no class of return codes has the number " + number);
    }
}
