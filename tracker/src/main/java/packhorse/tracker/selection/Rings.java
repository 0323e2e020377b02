package packhorse.tracker.selection;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiConsumer;
import packhorse.core.topology.EndpointId;
import packhorse.tracker.swarm.Member;

/**
 * Joins many members with few links each.
 *
 * <p>Every ring is a pseudo-random circle through all members, from a hash of their ids; two members are linked where they
 * are neighbours on a ring. r rings give everybody at most 2r links, no member more than another, and the union of a few random
 * circles is an expander: a piece reaches all n members in O(log n) hops, and no cut is thin [1]. Somebody who joins or
 * leaves moves one link per ring. A group that is small enough is linked completely. Cost O(r n log n).
 *
 * <p>Rejected: everybody picks the k members of lowest hash(own, other), which costs O(n²) and leaves some with many links; one ring with
 * links at doubling distances, where one who joins moves everybody's links.
 *
 * <p>[1] J. Friedman, "A proof of Alon's second eigenvalue conjecture", 2008: random regular graphs.
 */
final class Rings {
    private Rings() {}

    /** Calls {@code link} for each pair once or more. */
    static void link(List<Member> members, int rings, long salt, BiConsumer<Member, Member> link) {
        if (members.size() <= 2 * rings + 1) {
            for (int i = 0; i < members.size(); i++) {
                for (int j = i + 1; j < members.size(); j++) {
                    link.accept(members.get(i), members.get(j));
                }
            }
            return;
        }
        for (int ring = 0; ring < rings; ring++) {
            List<Member> circle = sorted(members, salt + ring);
            Member last = circle.getLast();
            for (Member member : circle) {
                link.accept(last, member);
                last = member;
            }
        }
    }

    /** In a pseudo-random order that the salt decides. */
    static List<Member> sorted(List<Member> members, long salt) {
        record Spread(long key, Member member) {}
        List<Spread> keyed = new ArrayList<>(members.size());
        for (Member member : members) {
            keyed.add(new Spread(member.id().spread(salt), member));
        }
        keyed.sort(Comparator.comparingLong(Spread::key)
                .thenComparing(s -> s.member().id()));
        return keyed.stream().map(Spread::member).toList();
    }

    /** The {@code count} of {@code members} that suit {@code chooser} best, by rendezvous hashing: choosers spread evenly. */
    static List<Member> choose(List<Member> members, EndpointId chooser, int count) {
        return members.size() <= count
                ? members
                : sorted(members, chooser.spread(0)).subList(0, count);
    }
}
