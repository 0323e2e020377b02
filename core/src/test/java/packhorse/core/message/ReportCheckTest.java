package packhorse.core.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;
import packhorse.core.message.v1.StatusReport;

final class ReportCheckTest {
    private static final StatusReport REPORT = StatusReport.newBuilder()
            .setSequence(7)
            .setAtMillis(1_790_000_000_000L)
            .setAction("tool")
            .setState(3)
            .setDetail("said")
            .build();

    @Test
    void tellsReportsOfOneNameApart() {
        int check = ReportCheck.of(REPORT);
        assertNotEquals(check, ReportCheck.of(REPORT.toBuilder().setSequence(8).build()));
        assertNotEquals(check, ReportCheck.of(REPORT.toBuilder().setAtMillis(1).build()));
        assertNotEquals(check, ReportCheck.of(REPORT.toBuilder().setState(4).build()));
        assertNotEquals(
                check, ReportCheck.of(REPORT.toBuilder().setAction("tools").build()));
    }

    @Test
    void isTheSameWhateverAVersionLeavesOutOrAdds() {
        assertEquals(
                ReportCheck.of(REPORT),
                ReportCheck.of(REPORT.toBuilder().clearDetail().setCodeClass(4).build()));
    }

    @Test
    void isWhatTheProtocolSays() {
        // Both ends must agree, so it never changes.
        assertEquals(0xD3011CDE, ReportCheck.of(REPORT));
    }
}
