package packhorse.console.office;

import java.util.List;

/**
 * What a file of test results came to.
 *
 * @param passed cases of the plan
 * @param failed cases of the plan
 * @param blocked cases of the plan that were not tried
 * @param notes what somebody should know: tests that the plan has not, cases that the file has not
 */
public record ImportedResults(int passed, int failed, int blocked, List<String> notes) {
    public ImportedResults {
        notes = List.copyOf(notes);
    }
}
