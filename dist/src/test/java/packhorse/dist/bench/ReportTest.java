package packhorse.dist.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

final class ReportTest {
    private final Report report = new Report("example", "a \"setting\"");

    @Test
    void aFigureComesFromMedians() {
        List.of(1.0, 100.0, 3.0).forEach(sample -> report.sample("ours", "MB/s", sample));
        List.of(4.0, 8.0).forEach(sample -> report.sample("theirs", "MB/s", sample));

        assertEquals(
                OptionalDouble.of(0.5), Report.ratio(report.median("ours", "MB/s"), report.median("theirs", "MB/s")));
        assertEquals(OptionalDouble.of(100), report.largest("ours", "MB/s"));
    }

    @Test
    void aSideThatIsMissingMakesNoFigure() {
        report.sample("ours", "MB/s", 1);

        report.figure(
                "ours ÷ theirs",
                Report.ratio(report.median("ours", "MB/s"), report.median("theirs", "MB/s")),
                "",
                Optional.empty());

        assertFalse(report.table().contains("ours ÷ theirs"));
    }

    @Test
    void anAimIsMetAtItsLimitAndMissedBeyond() {
        report.figure("good enough", OptionalDouble.of(0.5), "", Report.Aim.atLeast(0.5));
        report.figure("too much", OptionalDouble.of(1.11), "", Report.Aim.atMost(1.1));

        List<String> lines = report.table().lines().toList();
        assertTrue(
                lines.stream().anyMatch(line -> line.matches(" *good enough +0.50 +at least 0.50 +met")),
                lines::toString);
        assertTrue(
                lines.stream().anyMatch(line -> line.matches(" *too much +1.11 +at most 1.10 +MISSED")),
                lines::toString);
    }

    @Test
    void theJsonFormHoldsEverySampleAndEscapesWords() {
        report.sample("ours", "MB/s", 1);
        report.sample("ours", "MB/s", 2.5);
        report.figure("rate", OptionalDouble.of(2), "MB/s", Report.Aim.atLeast(1));

        String json = report.json();
        assertTrue(json.contains("\"setting\":\"a \\\"setting\\\"\""), json);
        assertTrue(json.contains("{\"side\":\"ours\",\"samples\":{\"MB/s\":[1.0000,2.5000]}}"), json);
        assertTrue(
                json.contains("{\"what\":\"rate\",\"value\":2.0000,\"unit\":\"MB/s\",\"aim\":\"at least"
                        + " 1.00\",\"met\":true}"),
                json);
    }

    @Test
    void theDemosNumbersAreFound() {
        assertEquals(
                List.of(1.0, 1.0175),
                DemoBench.numbers("{\"sites\":[{\"wanCopies\":1.0},{\"wanCopies\": 1.0175}]}", "wanCopies"));
    }
}
