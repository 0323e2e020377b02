package packhorse.console.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.console.change.Cast.EMIL;
import static packhorse.console.change.Cast.FRITZ;
import static packhorse.console.change.Cast.MORNING;
import static packhorse.console.change.Cast.at;
import static packhorse.console.change.Cast.build;
import static packhorse.console.change.Cast.digest;
import static packhorse.console.change.Cast.plans;
import static packhorse.console.change.Cast.release;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import packhorse.console.Proves;
import packhorse.console.change.Baseline.Check;
import packhorse.console.change.Baseline.SiteFacts;
import packhorse.console.change.Finding.Answer;
import packhorse.core.content.Bundle;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Kind;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.ReturnCodes;
import packhorse.core.content.Version;
import packhorse.core.unit.ByteCount;
import packhorse.core.unit.ByteRate;

/** The records that go with an order. */
final class RecordsTest {
    @Test
    @Proves("PROCESS 1 several releases in a given order")
    void anImageADatabaseAndAnApplicationServerAreOneConsignment() {
        Consignment.Item image =
                new Consignment.Item(release("acme/system", "9"), digest(1), Kind.IMAGE, Medium.OFFLINE);
        Consignment.Item base =
                new Consignment.Item(release("acme/base", "5"), digest(2), Kind.PACKAGE, Medium.ELECTRONIC);
        Consignment.Item server =
                new Consignment.Item(release("acme/server", "7"), digest(3), Kind.PACKAGE, Medium.OFFLINE);
        Consignment all = new Consignment(List.of(image, base, server));
        assertTrue(all.isSeveral());
        assertEquals(List.of(digest(1), digest(2), digest(3)), all.manifests());
        assertEquals(List.of(server, base, image), all.backwards());
        assertEquals(Optional.of(base), all.find(digest(2)));
        assertFalse(all.equals(new Consignment(List.of(base, image, server))));
        assertThrows(IllegalArgumentException.class, () -> new Consignment(List.of(image, image)));
        assertThrows(IllegalArgumentException.class, () -> new Consignment(List.of()));
        Bundle bundle = new Bundle(
                ReleaseName.parse("acme/shop"),
                Version.parse("1"),
                List.of(
                        new Bundle.Member(image.release(), image.manifest()),
                        new Bundle.Member(base.release(), base.manifest())));
        assertEquals(
                List.of(digest(1), digest(2)),
                Consignment.of(bundle, Kind.PACKAGE, Medium.ELECTRONIC).manifests());
        DistributionPlan plan = plans().distribution();
        DistributionPlan carried = new DistributionPlan(
                Optional.of(all),
                plan.targets(),
                plan.sites(),
                plan.start(),
                plan.end(),
                plan.estimate(),
                plan.benefit());
        assertTrue(carried.isCarried());
        assertTrue(carried.isImagingPlan());
    }

    @Test
    @Proves("PROCESS 4 deployment guide")
    void aGuideSaysWhatItLacks() {
        assertEquals(
                List.of(
                        "the mechanism",
                        "the physical delivery",
                        "who installs what and how",
                        "the end-user support",
                        "the contingency operations",
                        "the outage plan",
                        "the deployment checklist"),
                DeploymentGuide.empty().missing(true));
        assertEquals(List.of(), plans().guide().missing(false));
        assertEquals(List.of("the physical delivery"), plans().guide().missing(true));
    }

    @Test
    @Proves("PROCESS 4 distribution plan")
    void aDistributionPlanNamesReleasesTargetsTimesEstimatesAndBenefit() {
        assertEquals(
                List.of("the releases", "the targets", "the times", "the estimate", "the benefit"),
                DistributionPlan.empty().missing());
        assertEquals(List.of("the releases"), plans().distribution().missing());
        Estimate estimate = new Estimate(
                List.of(
                        new Estimate.SiteEstimate("berlin", new ByteCount(10), Duration.ofMinutes(5)),
                        new Estimate.SiteEstimate("kiel", new ByteCount(5), Duration.ofMinutes(50))),
                3,
                List.of(),
                "10 EUR",
                "bound");
        assertEquals(new ByteCount(15), estimate.wan());
        assertEquals(Duration.ofMinutes(50), estimate.longest());
        assertThrows(
                IllegalArgumentException.class,
                () -> new DistributionPlan(
                        Optional.empty(), "", List.of(), Optional.of(at(2)), Optional.of(at(1)), Optional.empty(), ""));
    }

    @Test
    @Proves("PROCESS 4 baseline")
    void aSiteIsReadyWhenAllThatCanBeLookedAtIsMet() {
        Baseline baseline = new Baseline(
                Version.parse("1.4"), Duration.ofSeconds(5), new ByteCount(1000), Optional.of(Version.parse("12")));
        SiteFacts good = new SiteFacts(
                "berlin",
                Optional.of(true),
                Optional.of(Version.parse("1.4")),
                Optional.of(Duration.ofSeconds(-5)),
                Optional.of(new ByteCount(1000)),
                Optional.of(new ByteRate(1)),
                Optional.of(Version.parse("12.1")));
        Map<Check, Finding> found = baseline.look(good, MORNING);
        assertEquals(EnumSet.allOf(Check.class), found.keySet());
        assertTrue(found.values().stream().allMatch(one -> one.answer() == Answer.MET), found.toString());
        SiteFacts bad = new SiteFacts(
                "kiel",
                Optional.of(false),
                Optional.of(Version.parse("1.3")),
                Optional.of(Duration.ofSeconds(-6)),
                Optional.of(new ByteCount(999)),
                Optional.empty(),
                Optional.of(Version.parse("11")));
        Map<Check, Finding> wrong = baseline.look(bad, MORNING);
        for (Check check : Check.values()) {
            assertEquals(
                    check == Check.NETWORK ? Answer.UNKNOWN : Answer.NOT_MET,
                    Objects.requireNonNull(wrong.get(check)).answer(),
                    check.name());
        }
        Finding all = Baseline.all(new TreeMap<>(Map.of("berlin", found, "kiel", wrong)), MORNING);
        assertEquals(Answer.NOT_MET, all.answer());
        assertTrue(all.text().startsWith("5 findings, first: kiel"), all.text());
        assertEquals(
                Answer.MET,
                Baseline.all(new TreeMap<>(Map.of("berlin", found)), MORNING).answer());
        assertEquals(Answer.NOT_MET, Baseline.all(new TreeMap<>(), MORNING).answer());
    }

    /** A tick that is of words that are others at each look would never count. */
    @Test
    void whatIsNotKnownOfSitesIsSaidInWordsThatStayWhileNothingElseIsAsked() {
        assertEquals("a: link measured at unknown: not measured", unknown(1, Check.NETWORK));
        assertEquals(
                "a, b: not known: every clock is right, the network was measured",
                unknown(2, Check.CLOCK, Check.NETWORK));
        String many = unknown(19, Check.CLOCK, Check.NETWORK);
        assertEquals("several sites, first a: not known: every clock is right, the network was measured", many);
        assertEquals(many, unknown(20, Check.CLOCK, Check.NETWORK), "somebody is at a site where nobody was before");
        assertFalse(many.equals(unknown(19, Check.CLOCK)));
    }

    private static String unknown(int sites, Check... checks) {
        Baseline baseline =
                new Baseline(Version.parse("1.4"), Duration.ofSeconds(5), new ByteCount(1000), Optional.empty());
        List<Check> asked = List.of(checks);
        SortedMap<String, Map<Check, Finding>> bySite = new TreeMap<>();
        for (int i = 0; i < sites; i++) {
            String site = String.valueOf((char) ('a' + i));
            bySite.put(
                    site,
                    baseline.look(
                            new SiteFacts(
                                    site,
                                    Optional.of(true),
                                    Optional.of(Version.parse("1.4")),
                                    Optional.of(Duration.ZERO).filter(skew -> !asked.contains(Check.CLOCK)),
                                    Optional.of(new ByteCount(1000)),
                                    Optional.of(new ByteRate(1)).filter(rate -> !asked.contains(Check.NETWORK)),
                                    Optional.empty()),
                            MORNING));
        }
        Finding all = Baseline.all(bySite, MORNING);
        assertEquals(Answer.UNKNOWN, all.answer());
        return all.text();
    }

    @Test
    @Proves("PROCESS 4 backout plan")
    void aBackoutPlanIsRehearsedWithTheseReleasesAndInTime() {
        BackoutPlan plan = plans().backout();
        assertEquals(List.of(), plan.missing());
        assertEquals(5, BackoutPlan.empty().missing().size());
        List<packhorse.core.content.Sha256> releases = List.of(digest(1));
        assertEquals(
                "the backout was never rehearsed",
                plan.rehearsed(releases, at(9)).text());
        BackoutPlan others =
                plan.with(new BackoutPlan.Rehearsal(FRITZ.id(), List.of(digest(2)), true, Duration.ofHours(1), at(1)));
        assertTrue(others.rehearsed(releases, at(9)).text().contains("other releases"));
        BackoutPlan good =
                others.with(new BackoutPlan.Rehearsal(FRITZ.id(), releases, true, Duration.ofHours(2), at(2)));
        assertEquals(Answer.MET, good.rehearsed(releases, at(9)).answer());
        BackoutPlan slow = good.with(new BackoutPlan.Rehearsal(FRITZ.id(), releases, true, Duration.ofHours(3), at(3)));
        assertTrue(slow.rehearsed(releases, at(9)).text().contains("longer than the recovery time"));
        BackoutPlan failed =
                slow.with(new BackoutPlan.Rehearsal(FRITZ.id(), releases, false, Duration.ofHours(1), at(4)));
        assertTrue(failed.rehearsed(releases, at(9)).text().contains("did not bring everything back"));
        assertEquals(at(4), failed.lastRehearsal().orElseThrow().at());
    }

    @Test
    @Proves("PROCESS 1 building")
    void aBuildReportSaysWhatSpeaksAgainstIt() {
        BuildReport good = build(release("acme/editor", "2.0"), digest(1), EMIL.id());
        assertEquals(List.of(), good.faults());
        BuildReport bad = new BuildReport(
                good.release(),
                good.manifest(),
                good.size(),
                new BuildReport.Source("", ""),
                new BuildReport.Scan(Optional.of("clamd 1.4"), List.of("Eicar-Test-Signature"), MORNING),
                List.of(),
                List.of(),
                new BuildReport.Rounds(4, 3),
                List.of(),
                EMIL.id(),
                MORNING,
                at(1));
        assertEquals(3, bad.faults().size());
        assertTrue(bad.faults().get(1).contains("Eicar"));
        assertEquals(
                Answer.UNKNOWN,
                new BuildReport.Scan(Optional.empty(), List.of(), MORNING)
                        .finding()
                        .answer());
        assertEquals(Duration.ofHours(1), good.took());
    }

    @Test
    @Proves("PROCESS 4 handover")
    void aHandoverNamesEveryOpenProblemAndWhoTookItOver() {
        Problem open = Problem.open(
                ProblemId.of(2026, 4), OrderId.of(2026, 1), Optional.empty(), "slow", Set.of(), Set.of(), EMIL, at(9));
        List<String> missing = Handover.empty().missing(List.of(open));
        assertEquals(
                List.of(
                        "what operations take over",
                        "the maintenance procedures",
                        "the cut-over",
                        "the open problems [PR-2026-0004]",
                        "who takes it over"),
                missing);
    }

    @Test
    void whoIsToldSoonerThanTheyWantIsToldLater() {
        CommunicationsPlan.Line line = plans().communications().lines().get(0);
        assertEquals(at(1), line.due(CommunicationsPlan.Occasion.ANNOUNCED, Optional.empty(), at(1)));
        assertEquals(at(25), line.due(CommunicationsPlan.Occasion.ANNOUNCED, Optional.of(at(1)), at(2)));
        assertEquals(at(60), line.due(CommunicationsPlan.Occasion.ANNOUNCED, Optional.of(at(1)), at(60)));
        assertEquals(at(2), line.due(CommunicationsPlan.Occasion.ROLLED_BACK, Optional.of(at(1)), at(2)));
        assertEquals(
                List.of("who is told that it is coming"),
                CommunicationsPlan.empty().missing());
        OrderPlans plans = plans();
        assertEquals(List.of(), plans.untold());
        assertEquals(
                List.of("works council"),
                new OrderPlans(
                                plans.distribution(),
                                plans.guide(),
                                List.of("sales", "works council"),
                                plans.communications(),
                                plans.backout(),
                                plans.test(),
                                plans.baseline())
                        .untold());
    }

    @Test
    @Proves("PROCESS 4 return codes")
    void anUnknownCodeOtherThanZeroIsPermanent() {
        assertEquals(CodeClass.PERMANENT, ReturnCodes.meaning(77, Map.of(), Map.of()));
        assertEquals(CodeClass.SUCCESS, ReturnCodes.meaning(0, Map.of(), Map.of()));
        assertEquals(CodeClass.TRANSIENT, ReturnCodes.meaning(77, Map.of(77, CodeClass.TRANSIENT), Map.of()));
        assertEquals(CodeClass.SUCCESS_REBOOT, ReturnCodes.meaning(3010, Map.of(), ReturnCodes.WINDOWS_INSTALLER));
        assertEquals(CodeClass.TRANSIENT, ReturnCodes.meaning(2, Map.of(), ReturnCodes.DPKG));
        assertEquals(CodeClass.PERMANENT, ReturnCodes.meaning(3, Map.of(), ReturnCodes.RPM));
    }

    @Test
    void whatPeopleWriteIsText() {
        assertThrows(IllegalArgumentException.class, () -> Words.named("a name", "  "));
        assertThrows(IllegalArgumentException.class, () -> Words.line("a name", "two\nlines"));
        assertThrows(IllegalArgumentException.class, () -> Words.line("a name", "turned\u202eround"));
        assertThrows(IllegalArgumentException.class, () -> Words.line("a name", "x".repeat(201)));
        assertThrows(IllegalArgumentException.class, () -> Words.prose("a text", "bell\u0007"));
        assertEquals("two\nlines", Words.prose("a text", "two\nlines\n"));
        assertEquals(200, Words.shown("x".repeat(500)).length());
        assertThrows(IllegalArgumentException.class, () -> new PersonId("Anna"));
        assertThrows(IllegalArgumentException.class, () -> new OrderId("CR-2026-0001"));
        assertThrows(IllegalArgumentException.class, () -> new RequestId("CR-26-1"));
        assertEquals("CO-2026-12345", OrderId.of(2026, 12345).text());
    }
}
