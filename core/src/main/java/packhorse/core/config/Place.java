package packhorse.core.config;

import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;

/**
 * A place in a configuration file.
 *
 * @param document the file's name as the user gave it
 * @param line from 1
 * @param column from 1
 */
public record Place(String document, int line, int column) {
    /** An error that points here. */
    public UsageException error(String message) {
        return error(message, null);
    }

    UsageException error(String message, @Nullable Throwable cause) {
        return new UsageException(this + ": " + message, cause);
    }

    @Override
    public String toString() {
        return document + ":" + line + ":" + column;
    }
}
