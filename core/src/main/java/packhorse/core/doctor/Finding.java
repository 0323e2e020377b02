package packhorse.core.doctor;

/**
 * One thing that was looked at.
 *
 * @param name a word or two: {@code clock}, {@code disk}
 * @param status how it is
 * @param what what was found, one line
 * @param mend what to do about it, one line; empty when nothing is to be done
 */
public record Finding(String name, Status status, String what, String mend) {
    /** How it is. */
    public enum Status {
        /** Nothing to do. */
        OK,
        /** It works, but not as well as it could, or one feature is missing. */
        WARN,
        /** Something that is configured cannot work. */
        FAIL
    }

    public Finding {
        what = oneLine(what);
        mend = oneLine(mend);
        if (status != Status.OK && mend.isEmpty()) {
            throw new IllegalArgumentException(name + ": what is not fine has a mend: " + what);
        }
    }

    public static Finding ok(String name, String what) {
        return new Finding(name, Status.OK, what, "");
    }

    public static Finding warn(String name, String what, String mend) {
        return new Finding(name, Status.WARN, what, mend);
    }

    public static Finding fail(String name, String what, String mend) {
        return new Finding(name, Status.FAIL, what, mend);
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
