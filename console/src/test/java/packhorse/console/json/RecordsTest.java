package packhorse.console.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import packhorse.console.calendar.Blackout;
import packhorse.console.calendar.Window;
import packhorse.console.change.Actor;
import packhorse.console.change.BackoutPlan;
import packhorse.console.change.Baseline;
import packhorse.console.change.BuildReport;
import packhorse.console.change.Checklist;
import packhorse.console.change.CommunicationsPlan;
import packhorse.console.change.Consignment;
import packhorse.console.change.Defect;
import packhorse.console.change.DeploymentGuide;
import packhorse.console.change.DistributionPlan;
import packhorse.console.change.Estimate;
import packhorse.console.change.GoNoGo;
import packhorse.console.change.Handover;
import packhorse.console.change.OrderHead;
import packhorse.console.change.PersonId;
import packhorse.console.change.PlanApprovals;
import packhorse.console.change.Problem;
import packhorse.console.change.RequestForm;
import packhorse.console.change.Role;
import packhorse.console.change.Shipment;
import packhorse.console.change.StageEntry;
import packhorse.console.change.TestPlan;
import packhorse.console.change.TestReport;
import packhorse.console.change.TestResult;
import packhorse.console.change.YellowFlag;
import packhorse.console.gate.Judgement;
import packhorse.console.gate.Thresholds;
import packhorse.console.wave.Action;
import packhorse.console.wave.BlastRadius;
import packhorse.console.wave.Candidate;
import packhorse.console.wave.Decision;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.Member;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Readiness;
import packhorse.console.wave.RetryPolicy;
import packhorse.console.wave.Slice;
import packhorse.console.wave.Targets;
import packhorse.console.wave.Timeouts;
import packhorse.console.wave.Transfer;
import packhorse.console.wave.Wave;
import packhorse.console.wave.WaveId;
import packhorse.core.UsageException;
import packhorse.core.content.ReleaseId;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.LineState;
import packhorse.core.testing.Cases;
import packhorse.core.unit.ByteCount;

final class RecordsTest {
    record Small(String name, Optional<Integer> count, OptionalLong bytes, List<Window> windows) {}

    record Boxed<T>(long version, T value) {}

    record Amounts(ByteCount size, double share, Map<WaveId, Integer> byWave, Set<Role> roles) {}

    private static String refused(Class<?> type, String json) {
        return String.valueOf(assertThrows(UsageException.class, () -> Records.read(type, json, "plan.json"))
                .getMessage());
    }

    @Test
    void aRecordIsAnObjectAndWhatIsAbsentIsLeftOut() {
        Small small = new Small(
                "a \"b\"",
                Optional.empty(),
                OptionalLong.of(7),
                List.of(
                        new Window.Always(),
                        new Window.Weekly(
                                Set.of(java.time.DayOfWeek.MONDAY),
                                java.time.LocalTime.of(22, 0),
                                Duration.ofHours(4))));
        String json = "{\"name\":\"a \\\"b\\\"\",\"bytes\":7,\"windows\":[{\"is\":\"always\"},{\"is\":\"weekly\","
                + "\"days\":[\"MONDAY\"],\"start\":\"22:00\",\"duration\":\"PT4H\"}]}";
        assertEquals(json, Records.write(small));
        assertEquals(small, Records.read(Small.class, json, "here"));
    }

    @Test
    void setsAndMapsAreSortedWhateverTheirOwnOrder() {
        SortedMap<WaveId, Integer> waves = new TreeMap<>();
        waves.put(WaveId.parse("CO-2026-0001/D1/W1"), 3);
        waves.put(WaveId.parse("CO-2026-0001/D1/W0"), 5);
        Amounts amounts = new Amounts(
                new ByteCount(1L << 40), 0.05, waves, EnumSet.of(Role.ADMINISTRATOR, Role.REQUESTER, Role.VIEWER));
        assertEquals(
                "{\"size\":1099511627776,\"share\":0.05,\"byWave\":{\"CO-2026-0001/D1/W0\":5,\"CO-2026-0001/D1/W1\":3},"
                        + "\"roles\":[\"REQUESTER\",\"VIEWER\",\"ADMINISTRATOR\"]}",
                Records.write(amounts));
        assertEquals(amounts, Records.read(Amounts.class, Records.write(amounts), "here"));
        assertEquals("[\"a\",\"b\",\"c\"]", Records.write(Set.of("c", "a", "b")));
    }

    @Test
    void oneOfASealedKindCarriesItsNameWhereverItStands() {
        Actor anna = Actor.person("anna", Role.APPROVER);
        assertEquals("{\"is\":\"person\",\"id\":\"anna\",\"roles\":[\"APPROVER\"]}", Records.write(anna));
        assertEquals(anna, Records.read(Actor.class, Records.write(anna), "here"));
        assertEquals(anna, Records.read(Actor.Person.class, Records.write(anna), "here"));
        assertEquals("{\"is\":\"product\"}", Records.write(Actor.product()));
    }

    @Test
    void typesWithParametersAreReadByTheirShape() {
        Boxed<List<PersonId>> boxed = new Boxed<>(3, List.of(new PersonId("anna")));
        assertEquals("{\"version\":3,\"value\":[\"anna\"]}", Records.write(boxed));
        assertEquals(boxed, Records.read(new Shape<Boxed<List<PersonId>>>() {}, Records.write(boxed), "here"));
        assertEquals(List.of(new PersonId("anna")), Records.readList(PersonId.class, "[\"anna\"]", "here"));
    }

    @Test
    void aReleaseIsItsPath() {
        ReleaseId id = ReleaseId.ofTargetPath("acme/editor/1:2.0~rc1-3/linux-x86_64.json");
        assertEquals("\"acme/editor/1:2.0~rc1-3/linux-x86_64\"", Records.write(id));
        assertEquals(id, Records.read(ReleaseId.class, Records.write(id), "here"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
        {"windows":[]}                                | $.name: is missing
        {"name":"a"}                                  | $.windows: is missing
        {"name":"a","windows":[],"colour":1}          | $.colour: no such key; there are name, count, bytes, windows
        {"name":"a","windows":[],"is":"small"}        | $.is: no such key; there are name, count, bytes, windows
        {"name":null,"windows":[]}                    | $.name: null stands for nothing here; leave the key out
        {"name":1,"windows":[]}                       | $.name: write a text in quotation marks, not a number
        {"name":"a","windows":{}}                     | $.windows: write a list, [ … ], not an object
        {"name":"a","count":"1","windows":[]}         | $.count: write a number, not a text
        {"name":"a","count":1.0,"windows":[]}         | $.count: write a whole number from -2147483648 to 2147483647
        {"name":"a","count":1e9,"windows":[]}         | $.count: write a whole number from -2147483648 to 2147483647
        {"name":"a","count":2147483648,"windows":[]}  | $.count: write a whole number from -2147483648 to 2147483647
        {"name":"a","windows":[{}]}                   | $.windows[0]: say which it is: "is": one of always, dated, weekly
        {"name":"a","windows":[{"is":"daily"}]}       | $.windows[0].is: "daily" is none of always, dated, weekly
        {"name":"a","windows":[{"is":"always","x":1}]} | $.windows[0].x: no such key; there are
        []                                            | $: write an object, { … }, not a list
        {"name":"\\ud800","windows":[]}               | $.name: half a character stands in it
        {"name":"a","windows":[]} {}                  | $: something follows behind its end
        """)
    void whatIsNotAskedForIsRefusedWithItsPlace(String json, String why) {
        assertEquals("plan.json: " + why, refused(Small.class, json).strip());
    }

    @Test
    void whatARecordRefusesIsRefusedInItsWords() {
        assertEquals(
                "plan.json: $.windows[1]: a weekly window without a day; name one, such as MONDAY",
                refused(
                        Small.class,
                        "{\"name\":\"a\",\"windows\":[{\"is\":\"always\"},{\"is\":\"weekly\",\"days\":[],"
                                + "\"start\":\"22:00\",\"duration\":\"PT4H\"}]}"));
        assertEquals(
                "plan.json: $.windows[0].days[0]: \"FUNDAY\" is none of FRIDAY, MONDAY, SATURDAY, SUNDAY, THURSDAY,"
                        + " TUESDAY, WEDNESDAY",
                refused(
                        Small.class,
                        "{\"name\":\"a\",\"windows\":[{\"is\":\"weekly\",\"days\":[\"FUNDAY\"],"
                                + "\"start\":\"22:00\",\"duration\":\"PT4H\"}]}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{\"name\":\"a\",\"name\":\"b\"}",
                "{'name':1}",
                "{\"count\":NaN}",
                "{\"count\":01}",
                "// \n{}",
                "{\"name\":\"a\nb\"}",
                "\u0000"
            })
    void whatIsNoJsonIsRefusedInOneLine(String json) {
        String why = refused(Small.class, json);
        assertEquals(why.lines().findFirst().orElseThrow(), why);
        assertEquals("plan.json: $: ", why.substring(0, 14), why);
    }

    @Test
    void nestingSizeAndNumbersAreBounded() {
        refused(Small.class, "[".repeat(100_000));
        refused(Small.class, "{\"name\":\"" + "x".repeat(2_000_000) + "\"}");
        refused(Small.class, " ".repeat(Records.CHARS_MAX + 1));
        refused(Amounts.class, "{\"size\":" + "9".repeat(1_000) + "}");
        refused(Amounts.class, "{\"size\":1e2147483647,\"share\":1e2147483647,\"byWave\":{},\"roles\":[]}");
        refused(Amounts.class, "{\"size\":1,\"share\":0,\"byWave\":{\"" + "x".repeat(900) + "\":1},\"roles\":[]}");
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                Action.class,
                Actor.class,
                BackoutPlan.class,
                Baseline.class,
                Blackout.class,
                BlastRadius.class,
                BuildReport.class,
                Candidate.class,
                Checklist.class,
                CommunicationsPlan.class,
                Consignment.class,
                Decision.class,
                Defect.class,
                Deployment.class,
                DeploymentGuide.class,
                DesiredItem.class,
                DistributionPlan.class,
                Estimate.class,
                GoNoGo.class,
                Handover.class,
                Judgement.class,
                LineState.class,
                Member.class,
                OrderHead.class,
                Plan.class,
                PlanApprovals.class,
                Problem.class,
                Readiness.class,
                RequestForm.class,
                RetryPolicy.class,
                Shipment.class,
                Slice.class,
                StageEntry.class,
                Targets.class,
                TestPlan.class,
                TestReport.class,
                TestResult.class,
                Thresholds.class,
                Timeouts.class,
                Transfer.class,
                Wave.class,
                Window.class,
                YellowFlag.class
            })
    void everyRecordComesBackEqual(Class<?> type) {
        Cases.run(60, random -> {
            Object value = new AnyRecord(random).of(type);
            String json = Records.write(value);
            Object back = Records.read(type, json, "here");
            assertEquals(value, back, json);
            assertEquals(json, Records.write(back));
        });
    }

    @Test
    void timesKeepTheirNanoseconds() {
        Instant at = Instant.parse("2026-03-29T01:30:00.123456789Z");
        assertEquals(at, Records.read(Instant.class, Records.write(at), "here"));
    }
}
