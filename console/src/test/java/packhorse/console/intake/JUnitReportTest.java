package packhorse.console.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import packhorse.console.change.PersonId;
import packhorse.console.change.TestPlan;
import packhorse.console.change.TestPlan.ExitCriteria;
import packhorse.console.change.TestPlan.Level;
import packhorse.console.change.TestResult;
import packhorse.console.change.TestResult.Verdict;
import packhorse.core.UsageException;
import packhorse.core.content.Sha256;
import packhorse.core.topology.EndpointId;

final class JUnitReportTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final EndpointId LAB = EndpointId.parse("0".repeat(31) + "7");

    private static final TestPlan PLAN = new TestPlan(
            Set.of(Level.INSTALL_AND_UNINSTALL),
            List.of(),
            ExitCriteria.usual(),
            List.of(planned("installs"), planned("acme.Rollback"), planned("starts")),
            List.of());

    private static TestPlan.Case planned(String name) {
        return new TestPlan.Case(name, "tries it", Level.INSTALL_AND_UNINSTALL, Set.of(), "", true);
    }

    private static final JUnitReport.Tested TESTED = new JUnitReport.Tested(
            PLAN, List.of(Sha256.of(new byte[1])), Optional.empty(), "desktop", new PersonId("tess"), NOW);

    private static JUnitReport read(String xml) {
        try {
            return JUnitReport.read(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)), "t.xml", TESTED);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void testCasesAreResultsOfThePlansCases() {
        JUnitReport report = read("""
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites><testsuite name="all" tests="5">
              <properties><property name="packhorse.endpoint" value="00000000000000000000000000000007"/></properties>
              <testcase name="installs" classname="acme.Install" time="12.5">
                <properties>
                  <property name="packhorse.transmission" value="61.5"/>
                  <property name="packhorse.installation" value="9"/>
                  <property name="other" value="x"/>
                </properties>
                <system-out><![CDATA[ <testcase name="starts"/> ]]></system-out>
              </testcase>
              <testcase name="goesBack(Disk)[2]" classname="acme.Rollback"><failure message="expected 1 &lt; 2">at line 3</failure></testcase>
              <testcase name="boots" classname="acme.Other"><properties><property name="packhorse.case" value="starts"/>
                 <property name="packhorse.kind" value="laptop"/></properties><skipped/></testcase>
              <testcase name="unknown" classname="acme.Other"/>
            </testsuite></testsuites>
            """);
        List<TestResult> results = report.results();
        assertEquals(
                List.of("installs", "acme.Rollback", "starts"),
                results.stream().map(TestResult::testCase).toList());
        assertEquals(
                List.of(Verdict.PASS, Verdict.FAIL, Verdict.BLOCKED),
                results.stream().map(TestResult::verdict).toList());
        assertEquals(Optional.of(Duration.ofMillis(61_500)), results.get(0).transmission());
        assertEquals(Optional.of(Duration.ofSeconds(9)), results.get(0).installation());
        assertEquals(Optional.of(LAB), results.get(0).endpoint());
        assertEquals("desktop", results.get(0).kind());
        assertEquals("goesBack(Disk)[2]: expected 1 < 2", results.get(1).note());
        assertEquals("laptop", results.get(2).kind());
        assertEquals("boots: nothing more is said", results.get(2).note());
        assertEquals(NOW, results.get(0).at());
        assertEquals(
                List.of("t.xml: 1 test cases are none of the plan's and were left out: acme.Other.unknown"),
                report.notes());
    }

    @Test
    void oneThatFailedAmongManyOfACaseFailsItWhateverCameAfter() {
        JUnitReport report = read("<testsuite><testcase name='installs[1]'/><testcase"
                + " name='installs[2]'><error>boom</error></testcase><testcase name='installs[3]'/><testcase"
                + " name='installs[4]'><skipped message='no disk'/></testcase></testsuite>");
        assertEquals(1, report.results().size());
        assertEquals(Verdict.FAIL, report.results().getFirst().verdict());
        assertEquals("installs[2]: boom", report.results().getFirst().note());
        assertEquals(
                List.of("t.xml: 2 required cases of the plan are not in it: acme.Rollback, starts"), report.notes());
    }

    @Test
    void anEmptySuiteIsSaidToBeEmpty() {
        assertTrue(read("<testsuite/>").notes().contains("t.xml: it has no test case"));
    }

    @TempDir
    Path folder;

    @Test
    void nothingOutsideTheFileIsReadAndNoEntityGrows() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "hunter2");
        for (String xml : List.of(
                "<!DOCTYPE testsuite [<!ENTITY s SYSTEM \"" + secret.toUri()
                        + "\">]><testsuite><testcase name=\"installs\">"
                        + "<failure>&s;</failure></testcase></testsuite>",
                "<!DOCTYPE testsuite SYSTEM \"" + secret.toUri() + "\"><testsuite/>",
                "<!DOCTYPE t [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c"
                        + " \"&b;&b;&b;&b;&b;&b;\">]><testsuite><testcase name=\"&c;\"/></testsuite>",
                "<testsuite><testcase name=\"installs\"><failure>&undefined;</failure></testcase></testsuite>")) {
            String message = refusal(xml);
            assertTrue(!message.contains("hunter2"), message);
            assertTrue(message.startsWith("t.xml line 1: "), message);
        }
    }

    private static String refusal(String xml) {
        String message = String.valueOf(
                assertThrows(UsageException.class, () -> read(xml)).getMessage());
        assertTrue(!message.contains("\n"), message);
        return message;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no xml",
                "<html/>",
                "<testsuite>",
                "<testsuite><testcase/></testsuite>",
                "<testsuite><testcase name='a'></testsuite>",
                "<testsuite><testcase name='a' name='b'/></testsuite>",
                "<testsuite/><testsuite/>",
                "<testsuite><testcase name='installs'><properties><property name='packhorse.endpoint'"
                        + " value='x'/></properties></testcase></testsuite>",
                "<testsuite><testcase name='installs'><properties><property name='packhorse.installation'"
                        + " value='1e9'/></properties></testcase></testsuite>",
                "<testsuite><testcase name='installs'><properties><property name='packhorse.installation'"
                        + " value='-1'/></properties></testcase></testsuite>",
            })
    void whatIsNoSuchFileIsRefusedInOneLine(String xml) {
        assertTrue(refusal(xml).startsWith("t.xml"), xml);
    }

    @Test
    void sizesAreBounded() {
        String deep = "<testsuite>".repeat(JUnitReport.DEPTH_MAX + 1);
        assertTrue(refusal(deep).contains("more than 32 deep"));
        String many = "<testsuite>" + "<testcase name='x'/>".repeat(JUnitReport.TEST_CASES_MAX + 1) + "</testsuite>";
        assertTrue(refusal(many).contains("more than 200000 test cases"));
        JUnitReport report = read("<testsuite><testcase name='installs'><failure message='" + "m".repeat(100_000)
                + "'/></testcase></testsuite>");
        assertTrue(report.results().getFirst().note().length() < 2_000);
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return ' ';
            }

            @Override
            public int read(byte[] into, int from, int length) {
                java.util.Arrays.fill(into, from, from + length, (byte) ' ');
                return length;
            }
        };
        assertTrue(String.valueOf(assertThrows(
                                UsageException.class,
                                () -> JUnitReport.read(
                                        new SequenceInputStream(
                                                new ByteArrayInputStream(
                                                        "<testsuite>".getBytes(StandardCharsets.UTF_8)),
                                                endless),
                                        "t.xml",
                                        TESTED))
                        .getMessage())
                .contains("larger than 32 MiB"));
    }

    @Test
    void noDamageMakesItFailOtherwise() {
        Random random = new Random(4);
        String good = "<testsuite><properties><property name='packhorse.kind' value='x'/></properties><testcase"
                + " name='installs' classname='a'><failure"
                + " message='m'>t<![CDATA[x]]></failure></testcase></testsuite>";
        for (int i = 0; i < 1_000; i++) {
            StringBuilder text = new StringBuilder(good);
            for (int n = random.nextInt(4); n >= 0; n--) {
                int at = random.nextInt(Math.max(1, text.length() - 1));
                switch (random.nextInt(3)) {
                    case 0 -> text.setCharAt(at, ' ');
                    case 1 -> text.insert(at, "<>&;'\"\u0001x".charAt(random.nextInt(8)));
                    default -> text.setLength(at + 1);
                }
            }
            try {
                read(text.toString());
            } catch (UsageException e) {
                assertTrue(String.valueOf(e.getMessage()).startsWith("t.xml"), e.getMessage());
            }
        }
    }
}
