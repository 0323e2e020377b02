package packhorse.console.fleet;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.core.topology.EndpointId;

/**
 * What importing labels does.
 *
 * @param edits each label that becomes another one, in order of endpoint and name
 * @param labels of every endpoint that has an edit, all of them, as they are afterwards
 * @param asBefore labels that the import names and that are so already
 */
public record LabelChange(List<Edit> edits, SortedMap<EndpointId, SortedMap<String, String>> labels, int asBefore) {
    /**
     * One label of one endpoint.
     *
     * @param before empty where there was none
     * @param after empty where there is none any more
     */
    public record Edit(EndpointId endpoint, String name, String before, String after) {}

    public LabelChange {
        edits = List.copyOf(edits);
        labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    }

    /** For people. */
    public String line() {
        long set = edits.stream().filter(edit -> edit.before().isEmpty()).count();
        long taken = edits.stream().filter(edit -> edit.after().isEmpty()).count();
        return labels.size() + " endpoints: " + set + " labels set, " + (edits.size() - set - taken) + " changed, "
                + taken + " taken away, " + asBefore + " as before";
    }
}
