package packhorse.peer.store;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import packhorse.core.content.BadContentException;
import packhorse.core.content.FileEntry;
import packhorse.core.content.SafePath;

/**
 * Follows a tree's symbolic links through one another and refuses those that end outside. One link alone is judged by its text
 * ({@link SafePath#requireLink}); two may lead out although each looks inside: {@code a/b/up → ../..} and {@code out → a/b/up/..}. Memory for
 * the links alone; O(links × hops).
 */
final class LinkMaze {
    /** Linux gives up after 40 links, too. */
    private static final int HOPS_MAX = 40;

    private final Map<String, String> targets = new HashMap<>();

    void add(FileEntry.Link link) {
        targets.put(link.path(), link.target());
    }

    /** @throws BadContentException naming the first link that leads out of the tree or round in a circle */
    void requireInside() {
        targets.forEach(this::follow);
    }

    private void follow(String path, String target) {
        Deque<String> at = new ArrayDeque<>(List.of(path.split("/", -1)));
        at.removeLast();
        Deque<String> todo = new ArrayDeque<>(List.of(target.split("/", -1)));
        int hops = 0;
        while (!todo.isEmpty()) {
            String step = todo.removeFirst();
            if (step.isEmpty() || step.equals(".")) {
                continue;
            }
            if (step.equals("..")) {
                if (at.isEmpty()) {
                    throw new BadContentException("the link \"" + path + "\" → \"" + target
                            + "\" leads out of the tree by way of other links");
                }
                at.removeLast();
                continue;
            }
            at.addLast(step);
            String next = targets.get(String.join("/", at));
            if (next != null) {
                hops++;
                if (hops > HOPS_MAX) {
                    throw new BadContentException(
                            "the link \"" + path + "\" → \"" + target + "\" leads round in a circle");
                }
                at.removeLast();
                List<String> steps = List.of(next.split("/", -1));
                for (int i = steps.size() - 1; i >= 0; i--) {
                    todo.addFirst(steps.get(i));
                }
            }
        }
    }
}
