package packhorse.console.fleet.csv;

import java.util.List;

/** What a file comes to: the change that it makes, or why none of it is taken. */
public sealed interface Imported<T> {
    /**
     * All of it can be taken.
     *
     * @param notes what somebody should know all the same, one line each
     */
    record Ready<T>(T change, List<String> notes) implements Imported<T> {
        public Ready {
            notes = List.copyOf(notes);
        }
    }

    /**
     * None of it is taken.
     *
     * @param problems one line each, with row and column, at most {@link CsvTable#PROBLEMS_MAX}
     */
    record Refused<T>(List<String> problems) implements Imported<T> {
        public Refused {
            problems = List.copyOf(problems);
        }
    }
}
