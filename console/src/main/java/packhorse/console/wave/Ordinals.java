package packhorse.console.wave;

/** The counters inside names: decimal, without a sign or a leading zero, so that one thing has one name. */
final class Ordinals {
    /** Nine digits fit an int. */
    private static final int DIGITS_MAX = 9;

    private Ordinals() {}

    static int parse(String whole, String digits) {
        boolean plain = !digits.isEmpty()
                && digits.length() <= DIGITS_MAX
                && digits.chars().allMatch(c -> c >= '0' && c <= '9')
                && (digits.length() == 1 || digits.charAt(0) != '0');
        if (!plain) {
            throw new IllegalArgumentException(
                    "\"" + whole + "\" is no name of ours: \"" + digits + "\" should be a number such as 1");
        }
        return Integer.parseInt(digits);
    }
}
