package packhorse.console.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import packhorse.console.json.Records;

/** Lists and lines on screens of some width. */
final class ListingTest {
    private static final Object ORDERS = Records.plain("""
        {"items": [
          {"id": "CO-2026-0001", "version": 14, "value": {"state": "PRODUCTION", "opened": "2026-11-22T08:00:00Z",
           "description": "a rather long description of what is wanted by somebody", "waits": "on the window", "urgency": 7}},
          {"id": "CO-2026-0002", "version": 2, "value": {"state": "OPEN", "opened": "2026-11-22T09:00:00Z"}}],
         "next": "CO-2026-0002"}
        """, "orders");

    @Test
    void aListIsNoWiderThanTheScreenAndSaysWhatItLeavesOut() {
        assertEquals(
                List.of(
                        "id            version  state       opened",
                        "CO-2026-0001  14       PRODUCTION  2026-11-22T08:00:00Z",
                        "CO-2026-0002  2        OPEN        2026-11-22T09:00:00Z",
                        "left out: description, waits, urgency (a larger COLUMNS shows them, --json all)",
                        "more: the same with --after CO-2026-0002"),
                Listing.of(ORDERS, 80));
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 60, 80, 100, 132})
    void noLineIsTooLongAtAnyWidth(int width) {
        for (String line : Listing.of(ORDERS, width)) {
            assertTrue(line.length() <= width, line);
        }
    }

    @Test
    void aWideScreenShowsAll() {
        List<String> lines = Listing.of(ORDERS, 200);
        assertTrue(lines.getFirst().contains("urgency"), lines.toString());
        assertTrue(lines.stream().noneMatch(line -> line.startsWith("left out")), lines.toString());
    }

    @ParameterizedTest
    @CsvSource({"'',80", "132,132", "7,40", "-1,80", "wide,80", "99999,80"})
    void theScreenIsAsWideAsColumnsSays(String said, int columns) {
        assertEquals(columns, Screen.columns(said));
    }

    @Test
    void aLongLineBreaksBetweenWordsAndALongWordStaysWhole() {
        List<String> lines = new ArrayList<>();
        Screen.wrap("  one two three", "    ", 10, lines);
        Screen.wrap("abcdefghijklmno", "  ", 10, lines);
        assertEquals(List.of("  one two", "    three", "abcdefghijklmno"), lines);
    }

    @Test
    void aPictureOfTheLargestWaveFitsTheScreen() {
        Map<String, Object> wave = new LinkedHashMap<>(Map.of(
                "id", "CO-2026-0001/D1/W1",
                "name", "everybody in the second office and the third",
                "state", "PREPOSITIONING",
                "evidence", "PASS: 100000/100000 succeeded, 100.0 %, at least 99.9 % at 95 %; goal 90 %: met | more"));
        wave.putAll(
                Map.of("members", 100_000L, "ended", 50_000L, "succeeded", 49_999L, "failed", 1L, "underWay", 50_000L));
        List<String> lines = WatchPicture.of(
                Map.of("id", "CO-2026-0001/D1", "state", "ROLLING", "since", "now", "waves", List.of(wave)), 80);
        assertTrue(lines.stream().allMatch(line -> line.length() <= 80), String.join("\n", lines));
        assertTrue(
                String.join(" ", lines).contains("[##########..........] 50000 of 100000 ended: 49999 succeeded"),
                String.join("\n", lines));
    }
}
