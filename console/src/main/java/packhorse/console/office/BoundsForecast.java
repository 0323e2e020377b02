package packhorse.console.office;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import packhorse.core.unit.ByteCount;
import packhorse.core.unit.ByteRate;

/**
 * A forecast without a simulation: times that nothing can beat. With F the content, U the rate of the origin, D a site's line into it
 * and V out of it, and S sites, everything is there no sooner than
 *
 * <pre>
 * max( F / U,  F / min D,  S F / (U + sum V) )      all sites together
 * max( F / U,  F / D )                              one site
 * </pre>
 *
 * <p>and each line carries the content at least once. These are the cut bounds of a star [1]: for every set of nodes without the
 * content, it has to come in over the links that lead there. Site networks are taken to be no limit, unknown lines neither. Real runs
 * take longer; where efficiency was measured it was 0.76 to 0.84 of the bound.
 *
 * <p>[1] R. Kumar, K. W. Ross, "Peer-assisted file distribution: the minimum distribution time", HotWeb 2006.
 */
public final class BoundsForecast implements Forecast {
    /** What the numbers are, wherever they are shown. */
    static final String BASIS = "a lower bound by link rates, no simulation: it takes at least so long";

    @Override
    public Expected of(Load load) {
        double bytes = load.bytes().bytes();
        double origin = seconds(bytes, load.origin());
        List<SiteTime> sites = new ArrayList<>();
        double longest = origin;
        double up = 0;
        int unknown = 0;
        int concerned = 0;
        for (SiteLoad site : load.sites()) {
            if (site.endpoints() == 0) {
                continue;
            }
            concerned++;
            unknown += site.wan().isEmpty() ? 1 : 0;
            up += site.wan().map(link -> (double) link.up().bytesPerSecond()).orElse(0.0);
            double own = Math.max(origin, seconds(bytes, site.wan().map(link -> link.down())));
            longest = Math.max(longest, own);
            sites.add(new SiteTime(site.site(), load.bytes(), duration(own)));
        }
        if (load.origin().isPresent() && unknown == 0 && concerned > 0) {
            longest = Math.max(longest, concerned * bytes / (load.origin().get().bytesPerSecond() + up));
        }
        String basis = BASIS
                + (load.origin().isEmpty() ? "; the origin's rate is not known" : "")
                + (unknown == 0 ? "" : "; the lines of " + unknown + " of " + concerned + " sites are not known");
        return new Expected(sites, duration(longest), basis);
    }

    private static double seconds(double bytes, Optional<ByteRate> rate) {
        return rate.filter(known -> known.bytesPerSecond() > 0)
                .map(known -> bytes / known.bytesPerSecond())
                .orElse(0.0);
    }

    private static Duration duration(double seconds) {
        return Duration.ofMillis(Math.round(seconds * 1000));
    }

    /** The sum over all sites. */
    static ByteCount wan(Expected expected) {
        return expected.sites().stream().map(SiteTime::wan).reduce(ByteCount.ZERO, ByteCount::plus);
    }
}
