package packhorse.console.gate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was seen of a frozen membership: every member is counted once.
 *
 * <p>Healthy endpoints answer first. So whoever wants a word before a wave has ended counts only those whose time is over, all of
 * them, and leaves the others out; {@code pending} members keep the gate from passing, since the slow ones among them fail more often.
 *
 * @param succeeded verified at the target, or there already
 * @param failed ended otherwise
 * @param unreported their time is over and nothing was heard: neither success nor failure
 * @param pending their time is not over
 * @param excluded it did not concern them (not applicable, declined where the order allows that, gone); they count nowhere
 * @param sites the same by site, for the first three; empty where it is not known
 */
public record Evidence(
        long succeeded, long failed, long unreported, long pending, long excluded, List<SiteTally> sites) {
    public Evidence {
        sites = List.copyOf(sites);
        if (succeeded < 0 || failed < 0 || unreported < 0 || pending < 0 || excluded < 0) {
            throw new IllegalArgumentException("a negative count: " + succeeded + " succeeded, " + failed + " failed, "
                    + unreported + " unreported, " + pending + " pending, " + excluded + " excluded");
        }
        if (!sites.isEmpty()
                && (sites.stream().mapToLong(SiteTally::succeeded).sum() != succeeded
                        || sites.stream().mapToLong(SiteTally::failed).sum() != failed
                        || sites.stream().mapToLong(SiteTally::unreported).sum() != unreported)) {
            throw new IllegalArgumentException("the sites do not add up to " + succeeded + " succeeded, " + failed
                    + " failed, " + unreported + " unreported");
        }
        if (sites.stream().map(SiteTally::site).distinct().count() != sites.size()) {
            throw new IllegalArgumentException("a site is counted twice");
        }
        ConfidenceBounds.requireCount(
                0, Math.addExact(Math.addExact(succeeded, failed), Math.addExact(unreported, pending)));
    }

    /** All ended or late, sites not known. */
    public static Evidence of(long succeeded, long failed, long unreported) {
        return new Evidence(succeeded, failed, unreported, 0, 0, List.of());
    }

    /** All ended or late, by site. */
    public static Evidence of(List<SiteTally> sites) {
        return new Evidence(
                sites.stream().mapToLong(SiteTally::succeeded).sum(),
                sites.stream().mapToLong(SiteTally::failed).sum(),
                sites.stream().mapToLong(SiteTally::unreported).sum(),
                0,
                0,
                sites);
    }

    /** Both together, as where several waves are judged as one. Sites are known only if they are in both, or one of them is empty. */
    public Evidence plus(Evidence other) {
        Map<String, SiteTally> together = new TreeMap<>();
        boolean known = (!sites.isEmpty() || due() == 0) && (!other.sites.isEmpty() || other.due() == 0);
        if (known) {
            List<SiteTally> all = new ArrayList<>(sites);
            all.addAll(other.sites);
            all.forEach(tally -> together.merge(
                    tally.site(),
                    tally,
                    (one, two) -> new SiteTally(
                            one.site(),
                            one.succeeded() + two.succeeded(),
                            one.failed() + two.failed(),
                            one.unreported() + two.unreported())));
        }
        return new Evidence(
                succeeded + other.succeeded,
                failed + other.failed,
                unreported + other.unreported,
                pending + other.pending,
                excluded + other.excluded,
                List.copyOf(together.values()));
    }

    /** Those of whom it is known how it ended. */
    public long reported() {
        return succeeded + failed;
    }

    /** Those whose time is over. */
    public long due() {
        return succeeded + failed + unreported;
    }

    /** Those whom it concerns. */
    public long asked() {
        return due() + pending;
    }
}
