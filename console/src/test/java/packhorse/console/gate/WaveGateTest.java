package packhorse.console.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import packhorse.console.gate.Finding.Criterion;
import packhorse.console.gate.Finding.Standing;
import packhorse.core.testing.Cases;

final class WaveGateTest {
    private static final Thresholds USUAL = Thresholds.of(0.90, 0.05, 0.10, 0.95);

    @Test
    void aCleanWaveThatIsLargeEnoughPasses() {
        Judgement judgement = WaveGate.judge(Evidence.of(59, 0, 0), USUAL);
        assertEquals(Verdict.PASS, judgement.verdict());
        assertEquals(
                "PASS: 59/59 succeeded, 100.0 %, at least 95.0 % at 95 %; goal 90 %: met"
                        + " | 0/59 failed, 0.0 %, at most 5.0 % at 95 %; budget 5 %: met"
                        + " | 0/59 unreported, 0.0 %, at most 5.0 % at 95 %; limit 10 %: met",
                judgement.line().replace("4.95 %", "5.0 %"));
    }

    /** The same share of failures, none, in too small a wave: it has ended, and still does not pass. */
    @Test
    void finishingAloneNeverPasses() {
        for (int endpoints = 0; endpoints < 59; endpoints++) {
            assertEquals(
                    Verdict.INCONCLUSIVE,
                    WaveGate.judge(Evidence.of(endpoints, 0, 0), USUAL).verdict());
        }
        assertEquals(OptionalLong.of(59), USUAL.smallestThatCanPass());
    }

    @Test
    void figuresReadAsOneLine() {
        Finding failure = find(Criterion.FAILURE, WaveGate.judge(Evidence.of(1_163, 37, 0), USUAL));
        assertEquals("37/1 200 failed, 3.1 %, at most 4.0 % at 95 %", failure.figures());
        assertEquals("37/1 200 failed, 3.1 %, at most 4.0 % at 95 %; budget 5 %: met", failure.line());
        assertEquals(37, failure.numerator());
        assertEquals(1_200, failure.denominator());
        assertEquals(0.0405, failure.interval().upper(), 0.0005);
    }

    @Test
    void tooManyFailuresFail() {
        Judgement judgement = WaveGate.judge(Evidence.of(85, 15, 0), USUAL);
        assertEquals(Verdict.FAIL, judgement.verdict());
        assertEquals("FAIL: 15/100 failed, 15.0 %, at least 9.5 % at 95 %; budget 5 %: missed", judgement.line());
    }

    @Test
    void betweenBothIsForAPerson() {
        assertEquals(
                Verdict.INCONCLUSIVE,
                WaveGate.judge(Evidence.of(95, 5, 0), USUAL).verdict());
    }

    /** As successes they would make a pass; as failures a fail. They are neither. */
    @Test
    void silenceIsNeitherSuccessNorFailure() {
        Evidence silent = Evidence.of(900, 5, 300);
        Judgement judgement = WaveGate.judge(silent, USUAL);
        assertEquals(Verdict.INCONCLUSIVE, judgement.verdict());
        assertEquals(Standing.MET, find(Criterion.FAILURE, judgement).standing());
        assertEquals(905, find(Criterion.FAILURE, judgement).denominator());
        assertEquals(Standing.OPEN, find(Criterion.SUCCESS, judgement).standing());
        assertEquals(1_205, find(Criterion.SUCCESS, judgement).denominator());
        assertEquals(Standing.OPEN, find(Criterion.UNREPORTED, judgement).standing());
        assertEquals(
                "300/1 205 unreported, 24.9 %, at most 27.0 % at 95 %",
                find(Criterion.UNREPORTED, judgement).figures());
        assertEquals(
                Verdict.INCONCLUSIVE,
                WaveGate.judge(Evidence.of(0, 0, 1_000), USUAL).verdict());
    }

    @Test
    void whoseTimeIsRunningKeepsItFromPassing() {
        Evidence running = new Evidence(1_000, 0, 0, 1, 0, List.of());
        Judgement judgement = WaveGate.judge(running, USUAL);
        assertEquals(Verdict.INCONCLUSIVE, judgement.verdict());
        assertTrue(judgement.line().contains("1 endpoint not ended yet"), judgement.line());
    }

    /** Fifteen of a hundred failed, but nine hundred have not ended; when they cannot turn it any more it is over. */
    @Test
    void itFailsEarlyOnlyWhenTheRestCannotTurnIt() {
        assertEquals(
                Verdict.INCONCLUSIVE,
                WaveGate.judge(new Evidence(85, 15, 0, 900, 0, List.of()), USUAL)
                        .verdict());
        assertEquals(
                Verdict.FAIL,
                WaveGate.judge(new Evidence(20, 80, 0, 900, 0, List.of()), USUAL)
                        .verdict());
    }

    @Test
    void anEarlyFailIsAlwaysTheLastWord() {
        Cases.run(300, random -> {
            Thresholds thresholds = thresholds(random);
            Evidence now = new Evidence(
                    random.nextInt(0, 200),
                    random.nextInt(0, 60),
                    random.nextInt(0, 20),
                    random.nextInt(0, 200),
                    0,
                    List.of());
            if (WaveGate.judge(now, thresholds).verdict() == Verdict.FAIL) {
                int succeed = random.nextInt(0, (int) now.pending() + 1);
                int fail = random.nextInt(0, (int) now.pending() - succeed + 1);
                Evidence later = Evidence.of(
                        now.succeeded() + succeed,
                        now.failed() + fail,
                        now.unreported() + now.pending() - succeed - fail);
                assertEquals(Verdict.FAIL, WaveGate.judge(later, thresholds).verdict(), now + " became " + later);
            }
        });
    }

    private static Thresholds thresholds(RandomGenerator random) {
        return Thresholds.of(
                random.nextDouble(0.3, 0.99),
                random.nextDouble(0.01, 0.5),
                random.nextDouble(0.01, 0.6),
                random.nextDouble(0.6, 0.99));
    }

    @Test
    void aBetterOutcomeIsNeverJudgedWorse() {
        Cases.run(500, random -> {
            Thresholds thresholds = thresholds(random);
            Evidence seen = Evidence.of(random.nextInt(0, 300), random.nextInt(1, 40), random.nextInt(1, 40));
            Evidence mended = Evidence.of(seen.succeeded() + 1, seen.failed() - 1, seen.unreported());
            Evidence heard = Evidence.of(seen.succeeded() + 1, seen.failed(), seen.unreported() - 1);
            int verdict = goodness(seen, thresholds);
            assertTrue(goodness(mended, thresholds) >= verdict, seen + " with one failure less");
            assertTrue(goodness(heard, thresholds) >= verdict, seen + " with one silent endpoint heard to be fine");
        });
    }

    private static int goodness(Evidence evidence, Thresholds thresholds) {
        return switch (WaveGate.judge(evidence, thresholds).verdict()) {
            case FAIL -> 0;
            case INCONCLUSIVE -> 1;
            case PASS -> 2;
        };
    }

    /** A build that just breaks the budget passes no more often than the confidence leaves. */
    @Test
    void aBuildAtTheBudgetPassesNoMoreOftenThanTheConfidenceLeaves() {
        for (int endpoints : new int[] {59, 100, 250}) {
            double passes = 0;
            for (int failures = 0; failures <= endpoints; failures++) {
                if (WaveGate.judge(Evidence.of(endpoints - failures, failures, 0), USUAL)
                                .verdict()
                        == Verdict.PASS) {
                    passes += ExactBinomial.probability(failures, endpoints, 0.05);
                }
            }
            assertTrue(passes <= 0.05 + 1e-12, endpoints + ": " + passes);
        }
    }

    @Test
    void theExcludedCountNowhere() {
        Evidence with = new Evidence(59, 0, 0, 0, 500, List.of());
        assertEquals(
                WaveGate.judge(Evidence.of(59, 0, 0), USUAL).findings(),
                WaveGate.judge(with, USUAL).findings());
        Judgement nobody = WaveGate.judge(new Evidence(0, 0, 0, 0, 7, List.of()), USUAL);
        assertEquals(Verdict.INCONCLUSIVE, nobody.verdict());
        assertTrue(nobody.line().contains("0/0 failed, which says nothing"), nobody.line());
    }

    @Test
    void failuresOfOneSiteWeighLessThanTheyCount() {
        List<SiteTally> even = new ArrayList<>();
        List<SiteTally> together = new ArrayList<>();
        for (int site = 0; site < 10; site++) {
            even.add(new SiteTally("site" + site, 97, 3, 0));
            together.add(new SiteTally("site" + site, site == 0 ? 70 : 100, site == 0 ? 30 : 0, 0));
        }
        Finding apart = find(Criterion.FAILURE, WaveGate.judge(Evidence.of(even), USUAL));
        Finding clustered = find(Criterion.FAILURE, WaveGate.judge(Evidence.of(together), USUAL));
        assertEquals("30/1 000 failed, 3.0 %, at most 4.0 % at 95 %; budget 5 %: met", apart.line());
        assertEquals(
                "30/1 000 failed, 3.0 %, at most 13.7 % at 95 %, counted like 32 because endpoints of a site go"
                        + " together, 30 of them at site0; budget 5 %: not borne out",
                clustered.line());
    }

    @Test
    void anAssumedCorrelationCountsEvenWhereNothingFailed() {
        List<SiteTally> sites = List.of(new SiteTally("a", 100, 0, 0), new SiteTally("b", 100, 0, 0));
        Thresholds careful = new Thresholds(0.9, 0.05, 0.1, 0.95, 0.05, java.util.Optional.empty());
        assertEquals(Verdict.PASS, WaveGate.judge(Evidence.of(sites), USUAL).verdict());
        assertEquals(
                Verdict.INCONCLUSIVE,
                WaveGate.judge(Evidence.of(sites), careful).verdict());
        // 1 + 99 · 0.05 = 5.95: two hundred count like 33.6.
        assertEquals(
                1 - Math.pow(0.05, 5.95 / 200),
                find(Criterion.FAILURE, WaveGate.judge(Evidence.of(sites), careful))
                        .interval()
                        .upper(),
                1e-9);
    }

    @Test
    void bySiteOrNotMakesNoDifferenceWhereSitesAreAlike() {
        Cases.run(100, random -> {
            List<SiteTally> sites = new ArrayList<>();
            int fine = random.nextInt(1, 50);
            int failed = random.nextInt(0, 5);
            for (int site = 0; site < 8; site++) {
                sites.add(new SiteTally("s" + site, fine, failed, 1));
            }
            assertEquals(
                    WaveGate.judge(Evidence.of(8L * fine, 8L * failed, 8), USUAL)
                            .findings(),
                    WaveGate.judge(Evidence.of(sites), USUAL).findings());
        });
    }

    @Test
    void theSequentialTestDecidesWithTheBounds() {
        Thresholds sequential = USUAL.sequentially(0.01);
        assertEquals(OptionalLong.of(72), sequential.smallestThatCanPass());
        Judgement early = WaveGate.judge(Evidence.of(60, 0, 0), sequential);
        assertEquals(Verdict.INCONCLUSIVE, early.verdict());
        assertTrue(
                early.line()
                        .contains("sequential test says Go at 72 endpoints if no more fail, NoGo at 4 failures if they"
                                + " come next"),
                early.line());
        assertEquals(
                Verdict.PASS, WaveGate.judge(Evidence.of(72, 0, 0), sequential).verdict());
        Judgement stopped = WaveGate.judge(new Evidence(18, 3, 0, 200, 0, List.of()), sequential);
        assertEquals(Verdict.FAIL, stopped.verdict());
        assertTrue(stopped.line().contains("sequential test says NoGo"), stopped.line());
    }

    /** With the budget as the bad rate and the same errors, the test's Go is never stopped by the bound. */
    @Test
    void whereTheTestSaysGoTheBoundAgrees() {
        Sprt test = new Sprt(0.01, 0.05, 0.05, 0.05);
        for (int failures = 0; failures < 30; failures++) {
            long trials = test.goTrials(failures);
            assertTrue(
                    ConfidenceBounds.clopperPearson(failures, trials, 0.95).upper() <= 0.05,
                    failures + " of " + trials);
        }
    }

    @Test
    void aWaveThatCanNeverPassIsKnownBefore() {
        assertEquals(OptionalLong.empty(), Thresholds.of(1, 0.05, 0.1, 0.95).smallestThatCanPass());
        assertEquals(OptionalLong.empty(), Thresholds.of(0.9, 0, 0.1, 0.95).smallestThatCanPass());
        assertEquals(OptionalLong.of(1), Thresholds.of(0, 1, 1, 0.95).smallestThatCanPass());
        Cases.run(100, random -> {
            Thresholds thresholds = thresholds(random);
            long smallest = thresholds.smallestThatCanPass().orElseThrow();
            assertEquals(
                    Verdict.PASS,
                    WaveGate.judge(Evidence.of(smallest, 0, 0), thresholds).verdict());
            assertEquals(
                    Verdict.INCONCLUSIVE,
                    WaveGate.judge(Evidence.of(smallest - 1, 0, 0), thresholds).verdict());
        });
    }

    @Test
    void evidenceOfWavesAddsUp() {
        Evidence one = Evidence.of(List.of(new SiteTally("a", 10, 1, 0), new SiteTally("b", 5, 0, 2)));
        Evidence two = Evidence.of(List.of(new SiteTally("a", 20, 0, 1)));
        assertEquals(Evidence.of(List.of(new SiteTally("a", 30, 1, 1), new SiteTally("b", 5, 0, 2))), one.plus(two));
        assertEquals(List.of(), one.plus(Evidence.of(3, 0, 0)).sites());
        assertEquals(one, one.plus(Evidence.of(0, 0, 0)));
    }

    @Test
    void countsThatDoNotAddUpAreRefused() {
        List<SiteTally> sites = List.of(new SiteTally("a", 10, 1, 0));
        ConfidenceBoundsTest.assertRefused("do not add up", () -> new Evidence(11, 1, 0, 0, 0, sites));
        ConfidenceBoundsTest.assertRefused("negative", () -> Evidence.of(-1, 0, 0));
        ConfidenceBoundsTest.assertRefused(
                "counted twice", () -> Evidence.of(List.of(new SiteTally("a", 1, 0, 0), new SiteTally("a", 1, 0, 0))));
        ConfidenceBoundsTest.assertRefused("goal", () -> Thresholds.of(95, 0.05, 0.1, 0.95));
        assertFalse(WaveGate.judge(Evidence.of(1, 0, 0), USUAL).findings().isEmpty());
    }

    private static Finding find(Criterion criterion, Judgement judgement) {
        return judgement.findings().stream()
                .filter(finding -> finding.criterion() == criterion)
                .findFirst()
                .orElseThrow();
    }
}
