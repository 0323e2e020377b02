package packhorse.console.json;

import org.jspecify.annotations.Nullable;

/** Where in a document something stands: {@code $.plan.waves[2].slice}. */
final class Place {
    /** Keys are other people's; one that is longer says nothing more. */
    private static final int KEY_CHARS_MAX = 80;

    private static final Place ROOT = new Place(null, null, 0);

    private final @Nullable Place outer;
    /** None: it has an index. */
    private final @Nullable String key;

    private final int index;

    private Place(@Nullable Place outer, @Nullable String key, int index) {
        this.outer = outer;
        this.key = key;
        this.index = index;
    }

    static Place root() {
        return ROOT;
    }

    /** Made for every key that is read, written out only where something is wrong. */
    Place key(String name) {
        return new Place(this, name, 0);
    }

    Place index(int at) {
        return new Place(this, null, at);
    }

    @Override
    public String toString() {
        if (outer == null) {
            return "$";
        }
        return outer
                + (key == null
                        ? "[" + index + "]"
                        : "." + (key.length() <= KEY_CHARS_MAX ? key : key.substring(0, KEY_CHARS_MAX) + "…"));
    }
}
