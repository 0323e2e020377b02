package packhorse.console.notice;

import packhorse.core.PlainText;

/**
 * Words for people, in plain text; each channel escapes them its own way.
 *
 * @param subject one line
 * @param text lines
 */
public record Message(String subject, String text) {
    /** RFC 5322 would take 998; a list of mails shows 80. */
    public static final int SUBJECT_CHARS_MAX = 200;
    /** Some pages; a chat takes 4 000 to 40 000. */
    public static final int TEXT_CHARS_MAX = 20_000;

    public Message {
        subject = Clipped.to(PlainText.line(subject), SUBJECT_CHARS_MAX);
        text = Clipped.to(text.strip(), TEXT_CHARS_MAX);
    }
}
