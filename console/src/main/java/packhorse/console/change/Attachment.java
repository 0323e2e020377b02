package packhorse.console.change;

import java.time.Instant;
import java.util.Locale;
import java.util.regex.Pattern;
import packhorse.core.content.Sha256;
import packhorse.core.unit.ByteCount;

/**
 * A file that is kept with an order, as what shows that something was done. Its bytes are kept beside; nothing here changes it or takes it
 * away.
 *
 * @param id in its order: {@code A01}
 * @param name only one of its name in an order; no path
 * @param mediaType what its giver says that it is; nobody looks
 * @param sha256 of its bytes
 */
public record Attachment(
        OrderId order,
        String id,
        String name,
        String mediaType,
        ByteCount length,
        Sha256 sha256,
        PersonId by,
        Instant at) {
    /** A report, a photograph, a log; what is longer is content, and published. */
    public static final int BYTES_MAX = 8 << 20;
    /** In one order: evidence holds them all. */
    public static final int COUNT_MAX = 64;
    /** What fits every file system. */
    public static final int NAME_CHARS_MAX = 100;
    /** Of what nobody said what it is. */
    public static final String ANYTHING = "application/octet-stream";

    private static final Pattern ID = Pattern.compile("A[0-9]{2}");
    private static final Pattern PATH = Pattern.compile("[.]{1,2}");
    private static final String TOKEN = "[a-z0-9][a-z0-9!#$&^_.+-]{0,62}";
    private static final Pattern MEDIA_TYPE = Pattern.compile(TOKEN + "/" + TOKEN);

    public Attachment {
        if (!isId(id)) {
            throw new IllegalArgumentException("an attachment's id is A01 to A99");
        }
        name = named(name);
        mediaType = typed(mediaType);
        if (length.bytes() < 1 || length.bytes() > BYTES_MAX) {
            throw new IllegalArgumentException(
                    name + " has " + length.bytes() + " bytes; 1 to " + BYTES_MAX + " are kept");
        }
    }

    /** The id of the one of this number, from 1. */
    public static String id(int number) {
        return String.format(Locale.ROOT, "A%02d", number);
    }

    /**
     * A file's name that is no path.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static String named(String text) {
        String name = Words.named("an attachment's name", text);
        if (name.length() > NAME_CHARS_MAX) {
            throw new IllegalArgumentException("an attachment's name has " + name.length() + " characters; at most "
                    + NAME_CHARS_MAX + " are kept");
        }
        if (name.indexOf('/') >= 0
                || name.indexOf('\\') >= 0
                || PATH.matcher(name).matches()) {
            throw new IllegalArgumentException("an attachment's name is no path; leave out folders");
        }
        return name;
    }

    /** Whether it is what ids look like. */
    public static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    private static String typed(String text) {
        String type = text.toLowerCase(Locale.ROOT);
        if (!MEDIA_TYPE.matcher(type).matches()) {
            throw new IllegalArgumentException(
                    "an attachment's media type is two words with a stroke between, such as text/plain");
        }
        return type;
    }
}
