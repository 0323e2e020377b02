package packhorse.peer.site;

/**
 * Bytes by link: every byte is on exactly one side.
 *
 * @param wanIn from outside the site
 * @param wanOut to outside the site
 * @param lanIn from the same site
 * @param lanOut to the same site
 */
public record Books(long wanIn, long wanOut, long lanIn, long lanOut) {
    public static final Books ZERO = new Books(0, 0, 0, 0);

    public Books plus(Books other) {
        return new Books(wanIn + other.wanIn, wanOut + other.wanOut, lanIn + other.lanIn, lanOut + other.lanOut);
    }
}
