package packhorse.console.change;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import packhorse.core.content.Version;
import packhorse.core.unit.ByteCount;
import packhorse.core.unit.ByteRate;

/**
 * What a site must be before anything is deployed to it. The product looks itself where it can; where it could not, a person may say
 * so with a note; a site that does not meet it is not ready, whoever says so.
 *
 * @param agent the oldest agent that will do
 * @param clockSkewMax how far its machines' clocks may be off: windows and leases are times
 * @param freeDisk on each target
 * @param system the oldest operating system that will do, empty: any
 */
public record Baseline(Version agent, Duration clockSkewMax, ByteCount freeDisk, Optional<Version> system) {
    /** Of so many sites each one counts, where their names leave room for what was not looked at. */
    private static final int SITES_NAMED_MAX = 5;

    private static final int SITES_CHARS_MAX = 60;

    /** One thing that is looked at. */
    public enum Check {
        SITE_PEER("the site peer is alive"),
        AGENT("every agent is new enough"),
        CLOCK("every clock is right"),
        DISK("every target has disk"),
        NETWORK("the network was measured"),
        SYSTEM("every operating system is new enough");

        private final String title;

        Check(String title) {
            this.title = title;
        }

        /** For people. */
        public String title() {
            return title;
        }
    }

    /**
     * What is known of a site; empty where it could not be looked at.
     *
     * @param sitePeerAlive whether one, or a lead in its place, answers
     * @param oldestAgent of its targets
     * @param worstSkew of its targets
     * @param leastDisk of its targets
     * @param measured its WAN link's rate
     * @param oldestSystem of its targets
     */
    public record SiteFacts(
            String site,
            Optional<Boolean> sitePeerAlive,
            Optional<Version> oldestAgent,
            Optional<Duration> worstSkew,
            Optional<ByteCount> leastDisk,
            Optional<ByteRate> measured,
            Optional<Version> oldestSystem) {}

    /** What was found at each check; always all of them. */
    public Map<Check, Finding> look(SiteFacts facts, Instant now) {
        Map<Check, Finding> found = new EnumMap<>(Check.class);
        for (Check check : Check.values()) {
            found.put(check, look(check, facts, now));
        }
        return found;
    }

    private Finding look(Check check, SiteFacts facts, Instant now) {
        return switch (check) {
            case SITE_PEER -> judged(facts.sitePeerAlive(), "site peer alive: ", "asked", now, facts.site());
            case AGENT ->
                judged(
                        facts.oldestAgent().map(oldest -> oldest.compareTo(agent) >= 0),
                        "oldest agent " + shown(facts.oldestAgent()) + ", wanted " + agent + ": ",
                        "known",
                        now,
                        facts.site());
            case CLOCK ->
                judged(
                        facts.worstSkew().map(skew -> skew.abs().compareTo(clockSkewMax) <= 0),
                        "worst clock off by " + shown(facts.worstSkew()) + ", at most " + clockSkewMax + ": ",
                        "known",
                        now,
                        facts.site());
            case DISK ->
                judged(
                        facts.leastDisk().map(free -> free.compareTo(freeDisk) >= 0),
                        "least free disk " + shown(facts.leastDisk()) + ", wanted " + freeDisk + ": ",
                        "known",
                        now,
                        facts.site());
            case NETWORK ->
                judged(
                        facts.measured().map(rate -> true),
                        "link measured at " + shown(facts.measured()) + ": ",
                        "measured",
                        now,
                        facts.site());
            case SYSTEM ->
                system.isEmpty()
                        ? Finding.met(facts.site() + ": any operating system will do", now)
                        : judged(
                                facts.oldestSystem().map(oldest -> oldest.compareTo(system.get()) >= 0),
                                "oldest operating system " + shown(facts.oldestSystem()) + ", wanted " + system.get()
                                        + ": ",
                                "known",
                                now,
                                facts.site());
        };
    }

    private static String shown(Optional<?> fact) {
        return fact.map(Object::toString).orElse("unknown");
    }

    private static Finding judged(Optional<Boolean> good, String what, String how, Instant now, String site) {
        String text = site + ": " + what;
        return good.map(met -> met ? Finding.met(text + "met", now) : Finding.notMet(text + "not met", now))
                .orElseGet(() -> Finding.unknown(text + "not " + how, now));
    }

    /**
     * Of all sites one finding: the worst, and where.
     *
     * @param bySite what was found at each
     */
    public static Finding all(SortedMap<String, Map<Check, Finding>> bySite, Instant now) {
        for (Finding.Answer worst : List.of(Finding.Answer.NOT_MET, Finding.Answer.UNKNOWN)) {
            List<String> sites = new ArrayList<>();
            Set<Check> checks = EnumSet.noneOf(Check.class);
            List<String> texts = new ArrayList<>();
            bySite.forEach((site, found) -> found.forEach((check, finding) -> {
                if (finding.answer() == worst) {
                    if (!sites.contains(site)) {
                        sites.add(site);
                    }
                    checks.add(check);
                    texts.add(finding.text());
                }
            }));
            if (texts.size() == 1) {
                return new Finding(worst, texts.getFirst(), now);
            }
            if (!texts.isEmpty()) {
                return worst == Finding.Answer.NOT_MET
                        ? Finding.notMet(texts.size() + " findings, first: " + texts.getFirst(), now)
                        : Finding.unknown(unknown(sites, checks), now);
            }
        }
        return bySite.isEmpty()
                ? Finding.notMet("no site was looked at", now)
                : Finding.met("all of " + bySite.size() + " sites meet it", now);
    }

    /** A tick is of these words: numbers that are others at each look would leave none of them standing. */
    private static String unknown(List<String> sites, Set<Check> checks) {
        String named = String.join(", ", sites);
        return (sites.size() <= SITES_NAMED_MAX && named.length() <= SITES_CHARS_MAX
                        ? named
                        : "several sites, first " + sites.getFirst())
                + ": not known: " + checks.stream().map(Check::title).collect(Collectors.joining(", "));
    }
}
