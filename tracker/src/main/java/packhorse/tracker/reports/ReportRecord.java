package packhorse.tracker.reports;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import java.util.zip.CRC32C;
import packhorse.core.message.v1.StatusReport;
import packhorse.core.state.ReportId;
import packhorse.core.topology.EndpointId;

/**
 * The form of a report in a file: length and CRC-32C of what follows, 4 bytes each, then format 1, endpoint (16 bytes), journal and
 * time of arrival in milliseconds (8 bytes each), then the report as protobuf. All numbers big-endian.
 */
final class ReportRecord {
    private static final int HEADER_BYTES = 2 * Integer.BYTES;
    private static final byte FORMAT = 1;
    private static final int FIXED_BYTES = 1 + EndpointId.LENGTH_BYTES + 2 * Long.BYTES;

    /** No frame that brings reports is longer. */
    private static final int BODY_BYTES_MAX = (4 << 20) + FIXED_BYTES;

    private ReportRecord() {}

    static byte[] encode(StoredReport stored) {
        byte[] report = stored.report().toByteArray();
        ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + FIXED_BYTES + report.length);
        out.putInt(FIXED_BYTES + report.length)
                .putInt(0)
                .put(FORMAT)
                .put(stored.id().endpoint().bytes())
                .putLong(stored.id().journal())
                .putLong(stored.received().toEpochMilli())
                .put(report);
        out.putInt(Integer.BYTES, sum(out.array(), HEADER_BYTES, FIXED_BYTES + report.length));
        return out.array();
    }

    private static int sum(byte[] bytes, int offset, int length) {
        CRC32C sum = new CRC32C();
        sum.update(bytes, offset, length);
        return (int) sum.getValue();
    }

    /** What stands at one place of a file. */
    sealed interface Read {
        /** A whole record, and the bytes it takes. */
        record Whole(StoredReport report, int bytes) implements Read {}

        /** The file ends here, between two records. */
        record End() implements Read {}

        /** Something that is no record: torn by a crash, or damaged. */
        record Broken(String why) implements Read {}
    }

    static Read read(InputStream in) throws IOException {
        byte[] header = in.readNBytes(HEADER_BYTES);
        if (header.length == 0) {
            return new Read.End();
        }
        if (header.length < HEADER_BYTES) {
            return new Read.Broken("it ends inside a header");
        }
        int length = ByteBuffer.wrap(header).getInt();
        if (length < FIXED_BYTES || length > BODY_BYTES_MAX) {
            return new Read.Broken("a record says it has " + length + " bytes");
        }
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            return new Read.Broken("it ends after " + body.length + " of " + length + " bytes");
        }
        if (sum(body, 0, length) != ByteBuffer.wrap(header).getInt(Integer.BYTES)) {
            return new Read.Broken("a record's check sum is wrong");
        }
        return decode(body)
                .<Read>map(report -> new Read.Whole(report, HEADER_BYTES + length))
                .orElseGet(() -> new Read.Broken("a record has a form that this version does not know"));
    }

    private static Optional<StoredReport> decode(byte[] body) {
        ByteBuffer in = ByteBuffer.wrap(body);
        if (in.get() != FORMAT) {
            return Optional.empty();
        }
        byte[] endpoint = new byte[EndpointId.LENGTH_BYTES];
        in.get(endpoint);
        long journal = in.getLong();
        Instant received = Instant.ofEpochMilli(in.getLong());
        try {
            StatusReport report = StatusReport.parseFrom(in);
            return Optional.of(new StoredReport(
                    new ReportId(EndpointId.ofBytes(endpoint), journal, report.getSequence()), received, report));
        } catch (InvalidProtocolBufferException e) {
            return Optional.empty();
        }
    }
}
