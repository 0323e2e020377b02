package packhorse.core.message;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import packhorse.core.message.v1.StatusReport;

/**
 * Four bytes that tell whether two reports of one name are one report: CRC-32C of sequence and time (8 bytes each), state (4 bytes),
 * big-endian, and the action in UTF-8.
 *
 * <p>Not of the report's bytes: an agent that was brought to another version writes an old report with fields more or less, and it is
 * the same report.
 */
public final class ReportCheck {
    private ReportCheck() {}

    /** Of a report as it travels. */
    public static int of(StatusReport report) {
        CRC32C sum = new CRC32C();
        sum.update(ByteBuffer.allocate(2 * Long.BYTES + Integer.BYTES)
                .putLong(report.getSequence())
                .putLong(report.getAtMillis())
                .putInt(report.getState())
                .flip());
        sum.update(report.getAction().getBytes(StandardCharsets.UTF_8));
        return (int) sum.getValue();
    }
}
