package packhorse.console.gate;

import java.util.ArrayList;
import java.util.List;
import packhorse.console.gate.Finding.Criterion;
import packhorse.console.gate.Finding.Standing;

/**
 * Judges a wave by what was seen of it. Each criterion is held against the bound that is unkind to it:
 *
 * <table>
 * <caption>When a criterion is met and when it is missed</caption>
 * <tr><th>criterion</th><th>rate</th><th>met</th><th>missed</th></tr>
 * <tr><td>success</td><td>succeeded / asked</td><td>lower bound ≥ goal</td>
 *     <td>upper bound &lt; goal, even if all who are silent succeeded</td></tr>
 * <tr><td>failure</td><td>failed / reported</td><td>upper bound ≤ budget</td>
 *     <td>lower bound &gt; budget, even if all who have not ended succeed</td></tr>
 * <tr><td>unreported</td><td>unreported / asked</td><td>upper bound ≤ limit</td><td>never: silence is no failure</td></tr>
 * <tr><td>sequential</td><td>failed / reported</td><td>Go</td><td>NoGo</td></tr>
 * </table>
 *
 * <p>FAIL if one is missed; PASS if all are met and nobody's time is still running; else INCONCLUSIVE. So finishing alone never passes, an
 * endpoint that did not report never counts as a success, and the gate says FAIL early only where the rest of the wave cannot turn it any more (or the
 * sequential test, which may be asked at every report, says so).
 */
public final class WaveGate {
    private WaveGate() {}

    public static Judgement judge(Evidence evidence, Thresholds thresholds) {
        List<Finding> findings = new ArrayList<>();
        findings.add(success(evidence, thresholds));
        findings.add(failure(evidence, thresholds));
        findings.add(unreported(evidence, thresholds));
        thresholds.sequential().ifPresent(test -> findings.add(sequential(evidence, thresholds, test)));
        boolean missed = findings.stream().anyMatch(finding -> finding.standing() == Standing.MISSED);
        boolean met = findings.stream().allMatch(finding -> finding.standing() == Standing.MET);
        Verdict verdict = missed ? Verdict.FAIL : met && evidence.pending() == 0 ? Verdict.PASS : Verdict.INCONCLUSIVE;
        return new Judgement(verdict, evidence, findings);
    }

    private static Finding success(Evidence evidence, Thresholds thresholds) {
        long asked = evidence.asked();
        Clustering sites =
                Clustering.of(evidence.sites(), SiteTally::succeeded, SiteTally::due, thresholds.siteCorrelation());
        Interval seen = sites.bounds(evidence.succeeded(), asked, thresholds.confidence());
        Interval atBest = sites.bounds(asked - evidence.failed(), asked, thresholds.confidence());
        boolean missed = asked > 0 && atBest.upper() < thresholds.goal();
        return new Finding(
                Criterion.SUCCESS,
                standing(seen.lower() >= thresholds.goal(), missed),
                evidence.succeeded(),
                asked,
                missed ? new Interval(seen.lower(), atBest.upper(), seen.confidence()) : seen,
                thresholds.goal(),
                sites.note(asked));
    }

    private static Finding failure(Evidence evidence, Thresholds thresholds) {
        long reported = evidence.reported();
        Clustering sites =
                Clustering.of(evidence.sites(), SiteTally::failed, SiteTally::reported, thresholds.siteCorrelation());
        Interval seen = sites.bounds(evidence.failed(), reported, thresholds.confidence());
        Interval atBest = sites.bounds(evidence.failed(), reported + evidence.pending(), thresholds.confidence());
        boolean missed = atBest.lower() > thresholds.failureBudget();
        return new Finding(
                Criterion.FAILURE,
                standing(seen.upper() <= thresholds.failureBudget(), missed),
                evidence.failed(),
                reported,
                missed ? new Interval(atBest.lower(), seen.upper(), seen.confidence()) : seen,
                thresholds.failureBudget(),
                sites.note(reported) + worstSite(evidence));
    }

    private static Finding unreported(Evidence evidence, Thresholds thresholds) {
        long asked = evidence.asked();
        Clustering sites =
                Clustering.of(evidence.sites(), SiteTally::unreported, SiteTally::due, thresholds.siteCorrelation());
        Interval seen = sites.bounds(evidence.unreported(), asked, thresholds.confidence());
        return new Finding(
                Criterion.UNREPORTED,
                standing(seen.upper() <= thresholds.unreportedMax(), false),
                evidence.unreported(),
                asked,
                seen,
                thresholds.unreportedMax(),
                sites.note(asked));
    }

    private static Finding sequential(Evidence evidence, Thresholds thresholds, Sprt test) {
        Clustering sites =
                Clustering.of(evidence.sites(), SiteTally::failed, SiteTally::reported, thresholds.siteCorrelation());
        Sprt.Step step = test.step(evidence.failed(), evidence.reported(), sites.effect());
        String says = switch (step) {
            case Sprt.Go go -> ", sequential test says Go";
            case Sprt.NoGo noGo -> ", sequential test says NoGo";
            case Sprt.Continue(long goAt, long noGoAt) ->
                ", sequential test says Go at "
                        + Figures.endpoints(goAt) + " if no more fail, NoGo at " + Figures.count(noGoAt)
                        + " failures if they come next";
        };
        return new Finding(
                Criterion.SEQUENTIAL,
                standing(step instanceof Sprt.Go, step instanceof Sprt.NoGo),
                evidence.failed(),
                evidence.reported(),
                sites.bounds(evidence.failed(), evidence.reported(), thresholds.confidence()),
                test.bad(),
                says);
    }

    private static Standing standing(boolean met, boolean missed) {
        return missed ? Standing.MISSED : met ? Standing.MET : Standing.OPEN;
    }

    /** Where more than half of several failures are at one of several sites, its name is the first thing to know. */
    private static String worstSite(Evidence evidence) {
        if (evidence.failed() < 2 || evidence.sites().size() < 2) {
            return "";
        }
        return evidence.sites().stream()
                .filter(site -> 2 * site.failed() > evidence.failed())
                .map(site -> ", " + Figures.count(site.failed()) + " of them at " + site.site())
                .findFirst()
                .orElse("");
    }
}
