package packhorse.console.retrospect;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import packhorse.console.change.CataloguedRelease;
import packhorse.console.change.ChangeOrder;
import packhorse.console.ledger.Chronicle;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.console.office.OfficeKinds;
import packhorse.console.report.Savings;
import packhorse.console.report.SourceBytes;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.Line;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Wave;
import packhorse.console.wave.WaveId;
import packhorse.core.content.ReleaseId;

/**
 * What came to the sites of an order. What an endpoint has of a release is the release's size, where an attempt to send it or to put it in place
 * ended well; where it came from is what agents say.
 */
final class SiteSavings {
    private SiteSavings() {}

    static List<Savings.Site> of(Pages pages, ChangeOrder order, Optional<Plan> plan, List<Deployment> deployments) {
        List<WaveId> waves = deployments.stream()
                .flatMap(one -> one.waves().stream())
                .filter(wave -> wave.membership().isPresent())
                .map(Wave::id)
                .toList();
        Map<Line, Long> sizes = new HashMap<>();
        plan.ifPresent(one -> one.subjects().forEach(subject -> {
            ReleaseId release = subject.id();
            sizes.put(new Line(release.name(), release.platform()), size(pages, order, release));
        }));
        List<Savings.Site> sites = new ArrayList<>();
        for (Chronicle.SiteSum sum : pages.chronicle().sites(waves)) {
            long delivered = 0;
            for (Chronicle.Got got : sum.got()) {
                delivered = Math.addExact(
                        delivered, Math.multiplyExact(got.endpoints(), sizes.getOrDefault(got.line(), 0L)));
            }
            sites.add(new Savings.Site(
                    sum.site().isEmpty() ? "no site" : sum.site(),
                    sum.endpoints(),
                    delivered,
                    SourceBytes.of(sum.bytesWan(), sum.bytesLan())));
        }
        return sites;
    }

    /** As the catalogue has it, or whoever built it; 0 where neither does, and then the savings do not balance and say so. */
    private static long size(Pages pages, ChangeOrder order, ReleaseId release) {
        return pages.find(OfficeKinds.RELEASE, CataloguedRelease.key(release))
                .map(Stored::value)
                .map(CataloguedRelease::size)
                .or(() -> order.builds().stream()
                        .filter(build -> build.release().equals(release))
                        .map(build -> build.size())
                        .reduce((before, last) -> last))
                .map(size -> size.bytes())
                .orElse(0L);
    }
}
