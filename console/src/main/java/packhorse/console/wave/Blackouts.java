package packhorse.console.wave;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import packhorse.console.calendar.Blackout;
import packhorse.console.calendar.Timetable;
import packhorse.console.change.Actor;

/**
 * What blackouts hold. One that closes a site keeps everybody there from beginning; while every site of a deployment is closed by some, the
 * whole deployment is held, so that nothing is armed or dispatched that could not begin anyway. {@link Conduct} places that hold and lifts it
 * as soon as one site is not closed any more.
 */
public final class Blackouts {
    private Blackouts() {}

    /** A site that a blackout closes now: the one that lasts longest. */
    public record Closed(String site, String reason, Instant from, Instant until) {}

    /** The sites that are closed now, in the order given. */
    public static List<Closed> closed(Collection<Timetable> sites, Instant now) {
        List<Closed> closed = new ArrayList<>();
        for (Timetable site : sites) {
            closing(site, now)
                    .ifPresent(longest ->
                            closed.add(new Closed(site.site(), longest.reason(), longest.from(), longest.to())));
        }
        return List.copyOf(closed);
    }

    /**
     * Why nothing can begin anywhere now; empty while some site is not closed, and where there is none.
     *
     * @param sites all at which something of the deployment is still to be done
     */
    public static Optional<String> everywhere(Collection<Timetable> sites, Instant now) {
        List<Closed> closed = closed(sites, now);
        if (closed.isEmpty() || closed.size() < sites.size()) {
            return Optional.empty();
        }
        Instant first =
                closed.stream().map(Closed::until).min(Instant::compareTo).orElseThrow();
        String reasons = String.join(
                ", ",
                closed.stream()
                        .map(Closed::reason)
                        .distinct()
                        .limit(REASONS_MAX)
                        .toList());
        String who = closed.size() == 1
                ? closed.getFirst().site() + " is closed until " + first
                : "all " + closed.size() + " sites are closed, the first until " + first;
        String line = who + ": " + reasons;
        return Optional.of(line.length() <= Hold.WHY_CHARS_MAX ? line : line.substring(0, Hold.WHY_CHARS_MAX));
    }

    /** More reasons than that are nobody's to read. */
    private static final int REASONS_MAX = 3;

    /**
     * Every hold that keeps an endpoint at this site from beginning now: those of its deployment, and the blackout that closes the site
     * where no hold of the deployment says so already.
     */
    public static List<Hold> applying(Deployment deployment, Timetable site, Instant now) {
        List<Hold> holds = new ArrayList<>(deployment.holding());
        if (holds.stream().noneMatch(hold -> hold.kind() == Hold.Kind.BLACKOUT)) {
            closing(site, now)
                    .ifPresent(longest -> holds.add(Hold.of(
                            Hold.Kind.BLACKOUT,
                            Actor.product().name(),
                            site.site() + " is closed until " + longest.to() + ": " + longest.reason(),
                            longest.from())));
        }
        return List.copyOf(holds);
    }

    private static Optional<Blackout.Closure> closing(Timetable site, Instant now) {
        return site.closures(now, now.plusNanos(1)).stream()
                .reduce((one, other) -> other.to().isAfter(one.to()) ? other : one);
    }
}
