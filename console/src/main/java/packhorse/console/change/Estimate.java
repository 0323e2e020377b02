package packhorse.console.change;

import java.time.Duration;
import java.util.List;
import packhorse.core.unit.ByteCount;

/**
 * What an order is expected to take.
 *
 * @param sites by site, as the forecast says
 * @param workHours of people
 * @param licences by product
 * @param cost in words, with its currency
 * @param basis what it rests on: a simulation, a bound, somebody's experience
 */
public record Estimate(
        List<SiteEstimate> sites, int workHours, List<LicenceCount> licences, String cost, String basis) {
    /**
     * What one site takes.
     *
     * @param wan bytes over its WAN link, once
     * @param time from the first byte to the last endpoint, for each wave it takes part in
     */
    public record SiteEstimate(String site, ByteCount wan, Duration time) {
        public SiteEstimate {
            site = Words.named("the site", site);
            if (time.isNegative()) {
                throw new IllegalArgumentException("the site " + site + " takes " + time);
            }
        }
    }

    /** So many licences of a product. */
    public record LicenceCount(String product, int count) {
        public LicenceCount {
            product = Words.named("the product", product);
            if (count < 0) {
                throw new IllegalArgumentException(count + " licences of " + product);
            }
        }
    }

    public Estimate {
        // A site is no list somebody writes: a large order has thousands.
        sites = List.copyOf(sites);
        licences = Words.bounded("the list of licences", licences);
        cost = Words.named("the cost", cost);
        basis = Words.named("what the estimate rests on", basis);
        if (workHours < 0) {
            throw new IllegalArgumentException("an estimate of " + workHours + " hours");
        }
    }

    /** Over all WAN links. */
    public ByteCount wan() {
        return sites.stream().map(SiteEstimate::wan).reduce(ByteCount.ZERO, ByteCount::plus);
    }

    /** Of the slowest site. */
    public Duration longest() {
        return sites.stream().map(SiteEstimate::time).max(Duration::compareTo).orElse(Duration.ZERO);
    }
}
