package packhorse.peer.desired;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import packhorse.core.content.Dependency;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.Operation;
import packhorse.peer.desired.Resolution.Part;

/**
 * Whether what an item brings can be used together, once it is here.
 *
 * <p>A need is met by a release that the same desired state brings, by one that is on the disk and not about to be deleted, or by
 * one that is in place; nothing is added that nobody approved. What is looked for: one release line twice in a bundle, a need that only a version out
 * of its range is there for, one that nothing is there for, and needs that go round in a circle. Following needs is one walk
 * over the releases that are known, O(releases × needs × versions of a line).
 */
final class Needs {
    private final Map<ReleaseName, List<ReleaseId>> offered = new HashMap<>();
    private final Map<ReleaseId, Part> parts = new HashMap<>();
    private boolean open;

    private Needs() {}

    /** What {@code situation} offers. */
    static Needs of(Situation situation) {
        Needs needs = new Needs();
        Set<ReleaseId> doomed = new HashSet<>();
        for (DesiredItem item : situation.desired().items()) {
            if (item.operation() == Operation.DELETE) {
                doomed.add(item.subject().id());
            }
        }
        for (DesiredItem item : situation.desired().items()) {
            ActionRecord record = situation.reported().get(item.action());
            if (item.operation().needsContent() && (record == null || !record.ended() || record.stands())) {
                needs.offer(item, situation.resolutions().get(item.subject()));
            }
        }
        situation.held().keySet().stream()
                .filter(id -> !doomed.contains(id))
                .sorted()
                .forEach(needs::offer);
        situation
                .installs()
                .lines()
                .forEach((line, state) -> state.version()
                        .ifPresent(version -> needs.offer(new ReleaseId(line.name(), version, line.platform()))));
        return needs;
    }

    private void offer(DesiredItem item, @org.jspecify.annotations.Nullable Resolution resolution) {
        if (resolution instanceof Resolution.Known(List<Part> known)) {
            known.forEach(part -> {
                offer(part.release());
                parts.put(part.release(), part);
            });
        } else if (!(resolution instanceof Resolution.Wrong)) {
            if (item.subject().bundle()) {
                open = true;
            } else {
                offer(item.subject().id());
            }
        }
    }

    private void offer(ReleaseId id) {
        List<ReleaseId> line = offered.computeIfAbsent(id.name(), name -> new ArrayList<>());
        if (!line.contains(id)) {
            line.add(id);
        }
    }

    /** Whether a bundle that is not known yet may offer more. */
    boolean open() {
        return open;
    }

    /** The first thing that is wrong with {@code brought}, one line; empty when all is well. */
    Optional<String> trouble(List<Part> brought) {
        return twice(brought).or(() -> unmet(brought)).or(() -> circle(brought));
    }

    private static Optional<String> twice(List<Part> brought) {
        Map<List<Object>, ReleaseId> lines = new HashMap<>();
        for (Part part : brought) {
            ReleaseId id = part.release();
            ReleaseId other = lines.putIfAbsent(List.of(id.name(), id.platform()), id);
            if (other != null && !other.equals(id)) {
                return Optional.of("the bundle brings " + other + " and " + id
                        + ", which exclude each other; its publisher has to leave one out");
            }
        }
        return Optional.empty();
    }

    private Optional<String> unmet(List<Part> brought) {
        for (Part part : brought) {
            for (Dependency need : part.needs()) {
                if (met(part.release(), need).isEmpty()) {
                    List<ReleaseId> line = line(part.release(), need);
                    return Optional.of(
                            line.isEmpty()
                                    ? part.release() + " needs " + need
                                            + ", which is neither desired nor here; add it to the desired state"
                                    : part.release() + " needs " + need + ", but what is desired or here is "
                                            + line.getFirst() + "; these two conflict");
                }
            }
        }
        return Optional.empty();
    }

    private List<ReleaseId> line(ReleaseId wanting, Dependency need) {
        return offered.getOrDefault(need.name(), List.of()).stream()
                .filter(id -> fits(wanting.platform(), id.platform()))
                .toList();
    }

    private Optional<ReleaseId> met(ReleaseId wanting, Dependency need) {
        return line(wanting, need).stream()
                .filter(id -> need.versions().contains(id.version()))
                .findFirst();
    }

    private static boolean fits(Platform wanting, Platform offered) {
        return wanting.equals(offered) || wanting.equals(Platform.ANY) || offered.equals(Platform.ANY);
    }

    private Optional<String> circle(List<Part> brought) {
        Set<ReleaseId> done = new HashSet<>();
        for (Part part : brought) {
            Optional<String> found = circle(part.release(), done);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** A walk with its own stack: {@code path} is the way from the start, {@code next} how far each step's needs are followed. */
    private Optional<String> circle(ReleaseId start, Set<ReleaseId> done) {
        Deque<ReleaseId> path = new ArrayDeque<>();
        Map<ReleaseId, Integer> next = new HashMap<>();
        path.addLast(start);
        while (!path.isEmpty()) {
            ReleaseId here = path.getLast();
            Part part = parts.get(here);
            int index = next.merge(here, 1, Integer::sum) - 1;
            if (done.contains(here) || part == null || index >= part.needs().size()) {
                done.add(here);
                path.removeLast();
                continue;
            }
            Optional<ReleaseId> needed = met(here, part.needs().get(index));
            if (needed.isPresent() && path.contains(needed.get())) {
                List<ReleaseId> way = new ArrayList<>(path);
                List<String> round = new ArrayList<>(way.subList(way.indexOf(needed.get()), way.size()).stream()
                        .map(ReleaseId::toString)
                        .toList());
                round.add(needed.get().toString());
                return Optional.of("needs go round in a circle: " + String.join(" needs ", round)
                        + "; a publisher has to drop one of them");
            }
            needed.filter(id -> !done.contains(id)).ifPresent(path::addLast);
        }
        return Optional.empty();
    }
}
