package packhorse.console.office;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import packhorse.console.fleet.csv.Imported;

/** Tables that people bring: all of one, or nothing. */
final class Tables {
    /** Reads a table. */
    interface Reading<T> {
        Imported<T> read() throws IOException;
    }

    /** What it comes to; a refusal with the first problem otherwise. */
    static <T> T taken(Reading<T> reading) {
        try {
            return switch (reading.read()) {
                case Imported.Ready<T>(T change, var notes) -> change;
                case Imported.Refused<T>(List<String> problems) ->
                    throw Desk.invalid(
                            problems.size() == 1
                                    ? problems.getFirst()
                                    : problems.getFirst() + "; and " + (problems.size() - 1) + " problems more");
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Tables() {}
}
