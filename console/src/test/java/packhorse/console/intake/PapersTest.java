package packhorse.console.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import packhorse.console.change.BuildReport;
import packhorse.console.change.Consignment;
import packhorse.console.change.Finding;
import packhorse.console.change.Medium;
import packhorse.console.change.PersonId;
import packhorse.console.change.TestPlan;
import packhorse.console.change.TestReport;
import packhorse.core.UsageException;
import packhorse.core.content.Kind;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Version;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.core.state.StatusEntry;
import packhorse.core.state.Subject;
import packhorse.core.unit.ByteCount;

/** Build reports, promotion and measured times. */
final class PapersTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final PersonId EMIL = new PersonId("emil");
    private static final String DIGEST = "ab".repeat(32);

    private static final String GOOD = """
        {"type": "packhorse-build-report",
         "published": {"path": "acme/editor/2.0/any.json", "document": "%s", "bytes": 700, "sha256": "%s", "files": 3,
           "new": true, "irreversible": false, "irreversibleBecause": [], "adapter": "archive"},
         "source": {"host": "git.example.org/editor", "revision": "4f2c"},
         "controlFiles": ["silent.ini"], "configuration": ["port 80 closed"], "media": ["EDITOR-2"],
         "rounds": {"tried": 3, "good": 3},
         "begun": "2026-03-01T08:00:00Z", "done": "2026-03-01T08:40:00Z"}
        """.formatted(DIGEST, DIGEST);

    private static BuildReport read(String text) {
        return BuildReports.read(text.getBytes(StandardCharsets.UTF_8), "build.json", EMIL, NOW);
    }

    @Test
    void aBuildReportIsWhatPublishPrintedAndWhatTheBuildSays() {
        BuildReport report = read(GOOD);
        assertEquals(release("2.0"), report.release());
        assertEquals(Sha256.parse(DIGEST), report.manifest());
        assertEquals(new ByteCount(700), report.size());
        assertEquals(Duration.ofMinutes(40), report.took());
        assertEquals(List.of("silent.ini"), report.controlFiles());
        assertEquals(EMIL, report.builder());
        assertEquals(Finding.Answer.MET, report.sourced().answer());
        assertEquals(Finding.Answer.MET, report.unitTested().answer());
    }

    @Test
    void aBuildThatSaysNothingOfAScanWasNotScanned() {
        Finding finding = read(GOOD).scan().finding();
        assertEquals(Finding.Answer.UNKNOWN, finding.answer());
        assertEquals("not scanned: the build report says nothing of a scan", finding.text());
        BuildReport scanned = read(GOOD.replace(
                "\"rounds\"",
                "\"scan\": {\"scanner\": \"ClamAV 1.4\", \"found\": [\"x: Eicar\"], \"unscanned\": [\"y: too long\"],"
                        + " \"at\": \"2026-03-01T08:30:00Z\"}, \"rounds\""));
        assertEquals(Finding.Answer.NOT_MET, scanned.scan().finding().answer());
        assertEquals(List.of("y: too long"), scanned.scan().unscanned());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"type\": \"packhorse-build-report\" | \"type\": \"other\" | build.json: its type is \"other\"",
                "acme/editor/2.0/any.json | acme/editor/2.0/bundle.json | is a bundle; report each of its releases by"
                        + " itself",
                "acme/editor/2.0/any.json | ../etc/passwd | \"../etc/passwd\" is not"
                        + " publisher/product/version/platform.json",
                "\"bytes\": 700 | \"bytes\": -1 | build.json.published.bytes is 0 to",
                "\"document\": \"abab | \"document\": \"zz | build.json: ",
                "\"tried\": 3 | \"tried\": 2 | 3 good rounds of 2",
                "\"tried\": 3 | \"tired\": 3 | \"tried\" is missing in build.json.rounds",
                "\"rounds\" | \"surprise\": 1, \"rounds\" | \"surprise\" is unknown in build.json",
                "2026-03-01T08:00:00Z | yesterday | build.json: Text 'yesterday' could not be parsed",
                "2026-03-01T08:00:00Z | 2026-03-01T09:00:00Z | a build from 2026-03-01T09:00:00Z until",
                "2026-03-01T08:40:00Z | 2026-03-01T12:00:01Z | which is to come; mend the builder's clock",
                "\"4f2c\" | \"4f\\u0000\" | control character",
                "\"source\" | source | build.json: ",
            })
    void whatIsWrongInOneIsSaidInOneLine(String part, String instead, String message) {
        UsageException e = assertThrows(UsageException.class, () -> read(GOOD.replace(part, instead)));
        assertTrue(String.valueOf(e.getMessage()).contains(message), e.getMessage());
        assertTrue(!String.valueOf(e.getMessage()).contains("\n"), e.getMessage());
        assertThrows(UsageException.class, () -> read(" ".repeat(BuildReports.BYTES_MAX + 1)));
    }

    private static ReleaseId release(String version) {
        return new ReleaseId(ReleaseName.parse("acme/editor"), Version.parse(version), Platform.ANY);
    }

    private static Sha256 digest(int n) {
        return Sha256.of(new byte[] {(byte) n});
    }

    private static Consignment carried(Sha256 manifest) {
        return new Consignment(
                List.of(new Consignment.Item(release("2.0"), manifest, Kind.PACKAGE, Medium.ELECTRONIC)));
    }

    private static TestReport tested(TestReport.Verdict verdict, Sha256... manifests) {
        TestReport real = TestReport.of(TestPlan.empty(), List.of(), List.of(), List.of(manifests), NOW);
        return new TestReport(real.manifests(), verdict, List.of(), List.of(), real.defects(), real.progress(), NOW);
    }

    private static Function<ReleaseId, Optional<Sha256>> offering(Sha256 manifest) {
        return id -> id.equals(release("2.0")) ? Optional.of(manifest) : Optional.empty();
    }

    @Test
    void whatWasTestedIsPromotedByItsDigest() {
        Promotion promotion = Promotion.of(
                        carried(digest(1)), List.of(), tested(TestReport.Verdict.PASS, digest(1)), offering(digest(1)))
                .result()
                .orElseThrow();
        assertEquals(
                List.of(digest(1)),
                promotion.items().stream().map(Consignment.Item::manifest).toList());
    }

    @Test
    void anythingElseThanWhatWasTestedIsRefused() {
        TestReport passed = tested(TestReport.Verdict.PASS, digest(1));
        assertRefused(
                Promotion.of(
                        carried(digest(1)), List.of(), tested(TestReport.Verdict.FAIL, digest(1)), offering(digest(1))),
                "the test ended with FAIL");
        assertRefused(
                Promotion.of(
                        carried(digest(1)),
                        List.of(),
                        tested(TestReport.Verdict.INCOMPLETE, digest(1)),
                        offering(digest(1))),
                "the test ended with INCOMPLETE");
        assertRefused(
                Promotion.of(carried(digest(2)), List.of(), passed, offering(digest(2))),
                "was tested with another manifest than " + digest(2));
        assertRefused(
                Promotion.of(carried(digest(1)), List.of(), passed, offering(digest(2))),
                "nothing is rebuilt on the way");
        assertRefused(
                Promotion.of(carried(digest(1)), List.of(), passed, id -> Optional.empty()), "is not in the catalogue");
        assertRefused(
                Promotion.of(
                        carried(digest(1)),
                        List.of(),
                        tested(TestReport.Verdict.PASS, digest(1), digest(3)),
                        offering(digest(1))),
                "the test was of 2 releases together");
        assertRefused(
                Promotion.of(carried(digest(1)), List.of(read(GOOD)), passed, offering(digest(1))),
                "was built again as " + DIGEST);
    }

    private static void assertRefused(packhorse.console.change.Outcome<Promotion> outcome, String why) {
        assertTrue(outcome.refusal().orElse("promoted").contains(why), outcome.toString());
    }

    private static StatusEntry entry(int sequence, ActionState state, int second) {
        return new StatusEntry(
                sequence,
                NOW.plusSeconds(second),
                "a",
                Subject.release(release("2.0")),
                Operation.INSTALL,
                state,
                "",
                0,
                0,
                0,
                1);
    }

    @Test
    void timesAreMeasuredFromTheEndpointsOwnReports() {
        MeasuredTimes times = MeasuredTimes.of(List.of(
                entry(1, ActionState.ACCEPTED, 0),
                entry(2, ActionState.FETCHING, 5),
                entry(3, ActionState.STAGED, 65),
                entry(4, ActionState.WAITING, 70),
                entry(5, ActionState.APPLYING, 600),
                entry(6, ActionState.VERIFYING, 610),
                entry(7, ActionState.COMMITTABLE, 625)));
        assertEquals(Optional.of(Duration.ofSeconds(60)), times.transmission());
        assertEquals(Optional.of(Duration.ofSeconds(25)), times.installation());
        assertEquals(
                new MeasuredTimes(Optional.empty(), Optional.empty()),
                MeasuredTimes.of(List.of(entry(1, ActionState.FETCHING, 5), entry(2, ActionState.FAILED, 9))));
        assertEquals(
                Optional.empty(),
                MeasuredTimes.of(List.of(entry(1, ActionState.FETCHING, 5), entry(2, ActionState.STAGED, 4)))
                        .transmission());
    }
}
