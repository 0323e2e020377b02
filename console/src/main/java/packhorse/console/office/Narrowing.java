package packhorse.console.office;

import java.util.Optional;
import packhorse.console.fleet.Fields;
import packhorse.console.fleet.Query;
import packhorse.console.fleet.QueryReader;

/**
 * How a person narrows a list.
 *
 * @param text a query over what the list's records have; absent: all of them
 * @param reader reads it
 */
public record Narrowing(Optional<String> text, QueryReader reader) {
    /** The query; refused where it asks for what the records have not. */
    <R> Optional<Query<R>> over(Fields<R> fields) {
        return text.map(query -> Desk.valid(() -> reader.read(query, fields)));
    }
}
