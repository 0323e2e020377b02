package packhorse.peer.desired;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import packhorse.core.content.Sha256;

/**
 * The steps from what is to what should be.
 *
 * <p>Every pack is in one of three holdings on disk (nothing, a part, the whole) and either has a running swarm or not. A
 * pack that is wanted and not whole is fetched; a whole one is served, wanted or not, because whoever has content serves it
 * on; a swarm of a pack that is neither is ended. Pure set arithmetic, O(n log n) in the packs named.
 *
 * @param steps in order of the packs' digests
 */
public record Plan(List<Step> steps) {
    /** What the disk holds of a pack. */
    public enum Holding {
        PART,
        WHOLE
    }

    /** What a swarm is run for. */
    public enum Purpose {
        FETCH,
        SERVE
    }

    /** One thing to do. */
    public sealed interface Step {
        /** The pack it is about. */
        Sha256 pack();

        /** Run a swarm that fetches it, from nothing or from the part on disk. */
        record Fetch(Sha256 pack, boolean resumed) implements Step {}

        /** Run a swarm that only serves it. */
        record Serve(Sha256 pack) implements Step {}

        /** End its swarm. */
        record End(Sha256 pack) implements Step {}
    }

    public Plan {
        steps = List.copyOf(steps);
    }

    /**
     * Wanted minus have.
     *
     * @param wanted packs someone asked for
     * @param held what the disk holds
     * @param running swarms that run, and what for
     */
    public static Plan of(Set<Sha256> wanted, Map<Sha256, Holding> held, Map<Sha256, Purpose> running) {
        TreeMap<Sha256, Purpose> should = new TreeMap<>();
        wanted.forEach(pack -> should.put(pack, Purpose.FETCH));
        held.forEach((pack, holding) -> {
            if (holding == Holding.WHOLE) {
                should.put(pack, Purpose.SERVE);
            }
        });
        TreeSet<Sha256> named = new TreeSet<>(should.keySet());
        named.addAll(running.keySet());
        List<Step> steps = new ArrayList<>();
        for (Sha256 pack : named) {
            Purpose is = running.get(pack);
            Purpose want = should.get(pack);
            if (want == null) {
                steps.add(new Step.End(pack));
            } else if (is != want) {
                steps.add(
                        want == Purpose.SERVE
                                ? new Step.Serve(pack)
                                : new Step.Fetch(pack, held.get(pack) == Holding.PART));
            }
        }
        return new Plan(steps);
    }
}
