package packhorse.console.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import packhorse.console.Proves;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.Measurements;
import packhorse.console.change.Measurements.Share;
import packhorse.console.change.OrderState;
import packhorse.console.change.Work;
import packhorse.console.report.DistributionLine.Phase;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;

final class ReportsTest {
    static List<Report> all() {
        OrderStory story = Stories.story();
        return List.of(
                StatusReport.of(story),
                EvaluationReport.of(story),
                OrderRecord.of(story),
                Savings.report("CO-2026-0001", Stories.sites(), Stories.NOON),
                DistributionLog.report(
                        "CO-2026-0001",
                        List.of(Stories.line(1), Stories.line(2)).iterator(),
                        Stories.NOON,
                        10),
                MeasurementsReport.of("2026", measurements(), Stories.NOON),
                ComplianceReport.of(
                        "sales",
                        List.of(new ComplianceReport.Wanted(
                                "acme/editor 2.1",
                                80,
                                List.of(new ComplianceReport.Lacking(
                                        "e1", "berlin", "acme/editor 2.0", Optional.empty(), Stories.HOSTILE)))),
                        Stories.NOON));
    }

    private static Map<Work, Measurements> measurements() {
        Map<Work, Measurements> all = new EnumMap<>(Work.class);
        all.put(
                Work.PACKAGE,
                new Measurements(
                        new Share(9, 10), new Share(2, 12), new Share(7, 8), new Share(6, 8), new Share(5, 6)));
        return all;
    }

    private static JsonFields json(Report report) {
        return JsonFields.of(JsonReader.parse(ReportJson.of(report).getBytes(StandardCharsets.UTF_8)), report.kind())
                .ignoreUnknown();
    }

    private static Block.Table table(Report report, String key) {
        return report.tables().stream()
                .filter(table -> table.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new AssertionError(report.kind() + " has no table " + key));
    }

    private static List<String> warnings(Report report) {
        return json(report).strings("warnings");
    }

    /** Our pages are well-formed XML but for the doctype and the tags that never close. */
    private static Document page(Report report) throws Exception {
        String page = Html.of(report).replaceFirst("<!DOCTYPE html>", "").replaceAll("<meta([^>]*)>", "<meta$1/>");
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder().parse(new InputSource(new StringReader(page)));
    }

    @ParameterizedTest
    @MethodSource("all")
    void aPageIsWholeNeedsNothingElseAndRunsNothing(Report report) throws Exception {
        Document page = page(report);
        for (String tag : List.of("script", "link", "img", "iframe", "form", "a", "object")) {
            assertEquals(0, page.getElementsByTagName(tag).getLength(), tag);
        }
        NodeList all = page.getElementsByTagName("*");
        for (int i = 0; i < all.getLength(); i++) {
            for (String attribute : List.of("onload", "onclick", "onerror", "style", "href", "src")) {
                assertFalse(((org.w3c.dom.Element) all.item(i)).hasAttribute(attribute), attribute);
            }
        }
        String text = Html.of(report);
        assertTrue(text.contains("default-src 'none'") && text.contains("@media print"));
    }

    @ParameterizedTest
    @MethodSource("all")
    void theSameStoryIsTheSameBytes(Report report) {
        Report again = all().stream()
                .filter(one -> one.kind().equals(report.kind()))
                .findFirst()
                .orElseThrow();
        assertEquals(Html.of(report), Html.of(again));
        assertEquals(ReportJson.of(report), ReportJson.of(again));
    }

    @ParameterizedTest
    @MethodSource("all")
    void noTableIsBrokenOrAFormula(Report report) {
        for (Block.Table table : report.tables()) {
            List<List<String>> rows = csv(Csv.of(table));
            assertEquals(table.rows().size() + 1, rows.size(), table.key());
            for (List<String> row : rows) {
                assertEquals(table.columns().size(), row.size(), table.key() + ": " + row);
                row.forEach(field -> assertFalse(field.matches("[=+@].*|-[^0-9].*"), field));
            }
        }
    }

    /** RFC 4180, as a reader of it. */
    private static List<List<String>> csv(String text) {
        List<List<String>> rows = new ArrayList<>();
        List<String> row = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted) {
                if (c == '"' && i + 1 < text.length() && text.charAt(i + 1) == '"') {
                    field.append('"');
                    i++;
                } else if (c == '"') {
                    quoted = false;
                } else {
                    field.append(c);
                }
            } else if (c == '"') {
                quoted = true;
            } else if (c == ',' || c == '\r') {
                row.add(field.toString());
                field.setLength(0);
                if (c == '\r') {
                    assertEquals('\n', text.charAt(++i));
                    rows.add(row);
                    row = new ArrayList<>();
                }
            } else {
                field.append(c);
            }
        }
        assertTrue(row.isEmpty() && field.isEmpty(), "the last line ends as well");
        return rows;
    }

    @Test
    @Proves("PROCESS 4 status report")
    void aStatusReportSaysWhatIsDoneNextWrongRiskyAndSpentAgainstThePlan() {
        Report report = StatusReport.of(Stories.story());
        assertEquals(
                List.of("State", "Done", "Next", "Issues", "Risks", "Resources and cost against plan"),
                report.sections().stream().map(Report.Section::title).toList());
        assertEquals(
                List.of("Held since 2026-03-02T11:59:00Z by gerd (OPERATOR): printers are silent"), warnings(report));
        JsonFields waves = json(report).object("facts").object("waves_ended");
        assertEquals("1 of 3", waves.integer("count") + " of " + waves.integer("of"));
        assertTrue(Html.of(report).contains("The next wave is CO-2026-0001/D1/W2 rest, DEFINED."));
        assertEquals(1, table(report, "open_items").rows().size());
        assertEquals(1, table(report, "problems").rows().size());
        assertEquals(1, table(report, "flags").rows().size());
        List<List<Cell>> cost = table(report, "plan_and_actual").rows();
        assertEquals(List.of(Cell.of("WAN bytes"), new Cell.Bytes(150), new Cell.Bytes(200)), cost.get(0));
        assertEquals(List.of(Cell.of("hours of people"), Cell.of(16), new Cell.Unknown()), cost.get(1));
        assertTrue(Html.of(report).contains("<td>not recorded</td>"), "what nobody wrote down is not zero");
    }

    @Test
    @Proves("PROCESS 4 evaluation report")
    void anEvaluationReportHoldsThePlanAgainstWhatCameOfIt() {
        Report report = EvaluationReport.of(
                Stories.story(OrderState.CLOSED, Optional.of(ChangeOrder.Ending.PARTLY), Stories.sites()));
        assertEquals(List.of(), warnings(report));
        JsonFields facts = json(report).object("facts");
        assertEquals("PARTLY", facts.string("ending"));
        assertEquals(80, facts.object("succeeded").integer("count"));
        assertEquals(90, facts.object("succeeded").integer("of"));
        assertEquals(100, facts.integer("attempts"));
        assertEquals(7_800, facts.integer("saved"));
        assertEquals(
                List.of(List.of(Cell.of("1603 fatal error"), Cell.of(10))),
                table(report, "failures").rows());
        assertEquals(2, table(report, "lessons").rows().size());
        assertEquals(3, table(report, "waves").rows().size());
        assertEquals(1, table(report, "problems").rows().size());
        assertFalse(table(report, "plan_and_actual").rows().isEmpty());
        String evidence = table(report, "evidence").rows().toString();
        assertTrue(evidence.contains("10/50 failed, 20.0 %, at least 11.3 % at 95 %"), evidence);
    }

    @Test
    void anEvaluationOfAnOrderThatRunsSaysSo() {
        assertTrue(warnings(EvaluationReport.of(Stories.story())).getFirst().startsWith("The order is not closed"));
    }

    @Test
    void savingsBalanceOrSayByHowMuchTheyDoNot() {
        Report good = Savings.report("CO-2026-0001", Stories.sites(), Stories.NOON);
        assertEquals(List.of(), warnings(good));
        assertTrue(Html.of(good).contains("It balances"));
        JsonFields facts = json(good).object("facts");
        assertEquals(8_000, facts.integer("delivered"));
        assertEquals(200, facts.integer("wan"));
        assertEquals(7_800, facts.integer("saved"));
        assertEquals(0, facts.integer("difference"));
        List<Savings.Site> off = List.of(
                Stories.sites().getFirst(),
                new Savings.Site("paris", 20, 2_000, SourceBytes.of(150, 1_900)),
                new Savings.Site("rome", 2, 200, SourceBytes.of(0, 150)));
        Report bad = Savings.report("CO-2026-0001", off, Stories.NOON);
        // The differences of two sites are as large and would hide each other.
        assertEquals(
                List.of("It does not balance: 8200 bytes were delivered and 8200 came, the sums are the same, at 2 of 3"
                        + " sites."),
                warnings(bad));
        assertTrue(Html.of(bad).contains("paris: 50 bytes too many")
                && Html.of(bad).contains("rome: 50 bytes too few"));
    }

    @Test
    void savingsOfManySitesAreTheirSum() {
        Savings.Site total = Savings.total(Stories.sites());
        assertEquals(80, total.endpoints());
        assertEquals(Stories.sites().stream().mapToLong(Savings.Site::saved).sum(), total.saved());
        assertEquals(8_000, total.bytes().sum());
        assertThrows(
                ArithmeticException.class,
                () -> Savings.total(List.of(
                        new Savings.Site("a", 1, Long.MAX_VALUE, SourceBytes.NONE),
                        new Savings.Site("b", 1, 1, SourceBytes.NONE))));
    }

    @Test
    @Proves("PROCESS 4 distribution log")
    void theDistributionLogHasALineForEachAttemptWithAllThatIsKnownOfIt() {
        DistributionLine line = Stories.line(1);
        assertEquals(
                Map.of(
                        Phase.FETCH,
                        Duration.ofSeconds(60),
                        Phase.WAIT,
                        Duration.ofSeconds(30),
                        Phase.APPLY,
                        Duration.ofSeconds(5)),
                line.phases());
        assertFalse(line.succeeded());
        StringBuilder out = new StringBuilder();
        DistributionLog.csv(List.of(line, Stories.line(2)).iterator(), out);
        List<List<String>> rows = csv(out.toString());
        assertEquals(3, rows.size());
        Map<String, String> first = new java.util.TreeMap<>();
        for (int i = 0; i < rows.getFirst().size(); i++) {
            first.put(rows.getFirst().get(i), rows.get(1).get(i));
        }
        assertEquals("00000000000000000000000000000001", first.get("endpoint"));
        assertEquals("CO-2026-0001/D1/W1/1.1", first.get("attempt"));
        assertEquals("install", first.get("operation"));
        assertEquals("FAILED", first.get("state"));
        assertEquals("1603", first.get("code"));
        assertEquals("PERMANENT", first.get("class"));
        assertEquals("fatal error", first.get("meaning"));
        assertEquals("100", first.get("bytes_wan"));
        assertEquals("900", first.get("bytes_lan"));
        assertEquals("60000", first.get("fetch_ms"));
        assertEquals("", first.get("verify_ms"));
        assertEquals("'" + Stories.HOSTILE, first.get("tail"));
    }

    @Test
    void aLogLongerThanAPageIsCutOnThePageOnlyAndSaysSo() {
        List<DistributionLine> lines = new ArrayList<>();
        for (int n = 0; n < Html.ROWS_MAX + 1; n++) {
            lines.add(Stories.line(n % 100));
        }
        Report report = DistributionLog.report("CO-2026-0001", lines.iterator(), Stories.NOON, Integer.MAX_VALUE);
        assertTrue(Html.of(report).contains("1 more rows stand in the CSV and the JSON"));
        assertEquals(
                lines.size(), json(report).object("tables").array("attempts").size());
    }

    @Test
    void measurementsStandForEachKindOfWorkWithTheirDenominators() {
        Report report = MeasurementsReport.of("2026", measurements(), Stories.NOON);
        assertEquals(Work.values().length, table(report, "measurements").rows().size());
        assertTrue(Html.of(report).contains("9 of 10 (90.0 %)"));
        assertTrue(Html.of(report).contains("<td class=\"n\">0 of 0</td>"), "nothing of nothing is no percentage");
    }

    @Test
    void complianceCountsThoseThatHaveItOfAllThatShould() {
        Report report = all().getLast();
        assertEquals(
                List.of(List.of(Cell.of("acme/editor 2.1"), new Cell.Share(79, 80))),
                table(report, "releases").rows());
    }

    @Test
    void anOrdersRecordShowsWhichSignaturesHold() {
        Report report = OrderRecord.of(Stories.story());
        assertEquals(List.of(), warnings(report));
        List<Cell> standing = table(report, "plan_approvals").rows().stream()
                .map(row -> row.get(3))
                .toList();
        assertEquals(List.of(Cell.of("holds"), Cell.of("void")), standing);
        assertEquals(2, table(report, "checklists").rows().size());
        assertEquals(1, table(report, "told").rows().size());
    }
}
