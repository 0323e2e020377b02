package packhorse.console.law;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import packhorse.console.law.SmallWorld.State;
import packhorse.console.law.SmallWorld.Step;
import packhorse.console.wave.DeploymentState;

/**
 * Walks through every state that a small world can come to, breadth first, and asks every law at every step. States that differ only in what
 * nobody asks any more are one. The first breach is told with the shortest way to it.
 */
final class Explorer {
    /** What was found. */
    record Found(
            int states,
            long steps,
            Set<DeploymentState> reached,
            List<Breach> breaches,
            List<String> way,
            boolean whole) {}

    private record From(State before, Supplier<String> what) {}

    private final SmallWorld world;
    private final int statesMax;

    Explorer(SmallWorld.Setting setting, Machinery machinery, Set<SmallWorld.Trouble> troubles, int statesMax) {
        this.world = new SmallWorld(setting, machinery, troubles);
        this.statesMax = statesMax;
    }

    /** Until a law is broken, all is seen, or there are too many. */
    Found explore(Set<Integer> laws) {
        Map<SmallWorld.Same, Optional<From>> seen = new HashMap<>();
        Deque<State> open = new ArrayDeque<>();
        Set<DeploymentState> reached = new HashSet<>();
        List<Breach> breaches = new ArrayList<>();
        List<String> way = new ArrayList<>();
        long[] steps = {0};
        State first = world.canonical(world.beginning());
        seen.put(first.key(), Optional.empty());
        open.add(first);
        while (!open.isEmpty() && breaches.isEmpty() && seen.size() < statesMax) {
            State state = open.remove();
            reached.add(state.deployment().state());
            World before = world.world(state);
            world.steps(state, step -> {
                steps[0]++;
                if (!breaches.isEmpty()) {
                    return;
                }
                for (Breach breach : Laws.breaches(before, world.after(before, step))) {
                    if (laws.contains(breach.law())) {
                        breaches.add(breach);
                    }
                }
                if (!breaches.isEmpty()) {
                    way.addAll(way(seen, state, step));
                    return;
                }
                State next = world.canonical(step.to());
                if (seen.putIfAbsent(next.key(), Optional.of(new From(state, step.what()))) == null) {
                    open.add(next);
                }
            });
        }
        return new Found(seen.size(), steps[0], reached, breaches, way, open.isEmpty());
    }

    private static List<String> way(Map<SmallWorld.Same, Optional<From>> seen, State last, Step step) {
        List<String> way = new ArrayList<>();
        way.add(step.what().get());
        Optional<From> from = seen.getOrDefault(last.key(), Optional.empty());
        while (from.isPresent()) {
            way.add(from.get().what().get());
            from = seen.getOrDefault(from.get().before().key(), Optional.empty());
        }
        Collections.reverse(way);
        return way;
    }
}
