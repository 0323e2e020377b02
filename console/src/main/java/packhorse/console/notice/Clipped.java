package packhorse.console.notice;

/** Text cut where it is too long, never inside a character. */
final class Clipped {
    private Clipped() {}

    /** At most {@code charsMax} characters, the last of them an ellipsis where something was cut. */
    static String to(String text, int charsMax) {
        if (text.length() <= charsMax) {
            return text;
        }
        int end = charsMax - 1;
        return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + "…";
    }
}
