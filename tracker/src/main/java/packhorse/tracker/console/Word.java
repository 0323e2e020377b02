package packhorse.tracker.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import packhorse.core.message.StateCodec;
import packhorse.core.message.v1.DesiredItem;
import packhorse.core.message.v1.DesiredStateUpdate;
import packhorse.core.message.v1.EndpointWord;
import packhorse.core.message.v1.Operation;
import packhorse.core.state.Subject;

/**
 * What consoles said of one endpoint.
 *
 * @param desired revision 0: nothing
 * @param content what the items need the content of
 * @param groups that entitlements name
 * @param labels that entitlements name
 * @param inventoryHave revision of its inventory that is stored
 */
record Word(
        DesiredStateUpdate desired,
        List<Subject> content,
        Set<String> groups,
        Map<String, String> labels,
        long inventoryHave) {
    Word {
        content = List.copyOf(content);
        groups = Set.copyOf(groups);
        labels = Map.copyOf(labels);
    }

    /** @throws IllegalArgumentException saying what is wrong with it */
    static Word read(EndpointWord message) {
        return new Word(
                message.getDesired(),
                content(message.getDesired()),
                Set.copyOf(message.getGroupsList()),
                message.getLabelsMap(),
                message.getInventoryHave());
    }

    private static List<Subject> content(DesiredStateUpdate desired) {
        List<Subject> content = new ArrayList<>();
        for (DesiredItem item : desired.getItemsList()) {
            // A newer console may order what is not known here; the agent says what it makes of it.
            boolean known = item.getOperation() != Operation.OPERATION_UNSPECIFIED
                    && item.getOperation() != Operation.UNRECOGNIZED;
            if (known && StateCodec.read(item.getOperation()).needsContent()) {
                content.add(StateCodec.read(item.getSubject()));
            }
        }
        return content;
    }

    /** This word after the one before: a desired state of a lower revision is older, whoever said it. */
    Word after(Word before) {
        return desired.getRevision() >= before.desired.getRevision()
                ? this
                : new Word(before.desired, before.content, groups, labels, inventoryHave);
    }
}
