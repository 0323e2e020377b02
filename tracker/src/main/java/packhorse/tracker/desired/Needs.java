package packhorse.tracker.desired;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.stream.Collectors;
import packhorse.core.content.Dependency;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.VersionRange;
import packhorse.tracker.desired.Stock.Listed;

/**
 * Finds what a wish needs besides.
 *
 * <p>Each line that something needs is given its newest version that satisfies all who need it, for the same platform or any; when
 * somebody else narrows it later, it is chosen anew. What the wish names itself is not chosen. There is no search for combinations: where
 * the newest that satisfies all leads into a contradiction, that is said, though an older one might not. Rounds are bounded by the
 * number of requirements, so it always ends: O(releases × requirements).
 */
final class Needs {
    /** A wish that needs more lines than this is a mistake. */
    private static final int LINES_MAX = 10_000;

    /** What came of it. */
    sealed interface Found {
        /** Everything that is needed besides, chosen. */
        record All(Set<ReleaseId> releases) implements Found {}

        /** It cannot be: a reason with its mend. */
        record Impossible(String why) implements Found {}
    }

    private record Requirement(ReleaseId by, Dependency on) {}

    private final Stock stock;
    private final Map<ReleaseName, ReleaseId> given = new HashMap<>();
    private final Map<ReleaseName, ReleaseId> chosen = new LinkedHashMap<>();
    private final Map<ReleaseName, Set<Requirement>> requirements = new HashMap<>();

    private Needs(Stock stock, List<ReleaseId> wanted) {
        this.stock = stock;
        wanted.forEach(release -> given.put(release.name(), release));
    }

    static Found of(Stock stock, List<ReleaseId> wanted) {
        Needs needs = new Needs(stock, wanted);
        return needs.choose(wanted)
                .or(needs::cycle)
                .<Found>map(Found.Impossible::new)
                .orElseGet(() -> new Found.All(new LinkedHashSet<>(needs.chosen.values())));
    }

    private Optional<String> choose(List<ReleaseId> wanted) {
        Deque<ReleaseId> open = new ArrayDeque<>(wanted);
        Set<ReleaseId> seen = new HashSet<>(wanted);
        while (!open.isEmpty()) {
            ReleaseId release = open.poll();
            for (Dependency on : stock.release(release).map(Listed::needs).orElse(List.of())) {
                requirements
                        .computeIfAbsent(on.name(), name -> new LinkedHashSet<>())
                        .add(new Requirement(release, on));
                if (requirements.size() > LINES_MAX) {
                    return Optional.of("it needs more than " + LINES_MAX + " other release lines");
                }
                Optional<String> impossible = satisfy(on.name(), release.platform(), open, seen);
                if (impossible.isPresent()) {
                    return impossible;
                }
            }
        }
        return Optional.empty();
    }

    private Optional<String> satisfy(ReleaseName name, Platform platform, Deque<ReleaseId> open, Set<ReleaseId> seen) {
        Set<Requirement> all = requirements.getOrDefault(name, Set.of());
        ReleaseId fixed = given.get(name);
        if (fixed != null) {
            return all.stream()
                    .filter(one -> !one.on().versions().contains(fixed.version()))
                    .findFirst()
                    .map(one -> one.by() + " needs " + one.on() + ", but it asks for " + fixed
                            + " itself; ask for versions that fit");
        }
        Optional<ReleaseId> newest = stock.line(name).stream()
                .map(Listed::id)
                .filter(id -> id.platform().equals(platform) || id.platform().equals(Platform.ANY))
                .filter(id ->
                        all.stream().map(one -> one.on().versions()).allMatch(range -> range.contains(id.version())))
                .findFirst();
        if (newest.isEmpty()) {
            return Optional.of(none(name, platform, all));
        }
        ReleaseId before = chosen.put(name, newest.get());
        if (!newest.get().equals(before) && seen.add(newest.get())) {
            open.add(newest.get());
        }
        return Optional.empty();
    }

    private String none(ReleaseName name, Platform platform, Set<Requirement> all) {
        String who = all.stream()
                .map(one -> one.by() + " needs "
                        + (one.on().versions().equals(VersionRange.ALL)
                                ? name.toString()
                                : one.on().toString()))
                .collect(Collectors.joining(", "));
        return all.size() == 1
                ? who + ", which the catalogue does not hold for " + platform + "; publish it"
                : who + ": no version in the catalogue satisfies all; publish one that does, or ask for other versions";
    }

    /** A walk in depth over what was chosen; the first way back to somebody on the way is the cycle. */
    private Optional<String> cycle() {
        Set<ReleaseId> done = new HashSet<>();
        for (ReleaseId start : given.values().stream().sorted().toList()) {
            Optional<String> found = cycle(start, new LinkedHashSet<>(), done);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private Optional<String> cycle(ReleaseId start, SequencedSet<ReleaseId> way, Set<ReleaseId> done) {
        // A stack of its own: a chain in a catalogue may be longer than a thread's.
        Deque<List<ReleaseId>> levels = new ArrayDeque<>();
        levels.push(new ArrayList<>(List.of(start)));
        while (!levels.isEmpty()) {
            List<ReleaseId> level = levels.peek();
            if (level.isEmpty()) {
                levels.pop();
                if (!way.isEmpty()) {
                    done.add(way.removeLast());
                }
                continue;
            }
            ReleaseId next = level.removeLast();
            if (way.contains(next)) {
                List<ReleaseId> round = new ArrayList<>(way);
                round = new ArrayList<>(round.subList(round.indexOf(next), round.size()));
                round.add(next);
                return Optional.of("its dependencies run in a circle: "
                        + round.stream().map(ReleaseId::toString).collect(Collectors.joining(" → "))
                        + "; publish one of them without it");
            }
            if (!done.contains(next)) {
                way.add(next);
                List<ReleaseId> below = new ArrayList<>();
                for (Dependency on : stock.release(next).map(Listed::needs).orElse(List.of())) {
                    ReleaseId needed = given.getOrDefault(on.name(), chosen.get(on.name()));
                    if (needed != null) {
                        below.add(needed);
                    }
                }
                levels.push(below);
            }
        }
        return Optional.empty();
    }
}
