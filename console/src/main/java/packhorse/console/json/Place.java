package packhorse.console.json;

import org.jspecify.annotations.Nullable;

/** Where in a document something stands: {@code $.plan.waves[2].slice}. */
final class Place {
    /** Keys are other people's; one that is longer says nothing more. */
    private static final int KEY_CHARS_MAX = 80;

    private final @Nullable Place outer;
    private final String step;

    private Place(@Nullable Place outer, String step) {
        this.outer = outer;
        this.step = step;
    }

    static Place root() {
        return new Place(null, "$");
    }

    Place key(String key) {
        return new Place(this, "." + (key.length() <= KEY_CHARS_MAX ? key : key.substring(0, KEY_CHARS_MAX) + "…"));
    }

    Place index(int index) {
        return new Place(this, "[" + index + "]");
    }

    @Override
    public String toString() {
        return outer == null ? step : outer + step;
    }
}
