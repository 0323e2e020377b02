package packhorse.tracker.reports;

import java.util.stream.LongStream;
import packhorse.core.message.v1.Operation;
import packhorse.core.message.v1.StatusReport;
import packhorse.core.message.v1.StatusReports;
import packhorse.core.message.v1.Subject;
import packhorse.core.topology.EndpointId;

/** Reports drawn small. */
final class Reports {
    private Reports() {}

    static EndpointId endpoint(int number) {
        byte[] bytes = new byte[EndpointId.LENGTH_BYTES];
        bytes[14] = (byte) (number >> 8);
        bytes[15] = (byte) number;
        return EndpointId.ofBytes(bytes);
    }

    /** Reports {@code first} to {@code last} of a journal; the agent keeps nothing older. */
    static StatusReports of(long journal, long first, long last) {
        return StatusReports.newBuilder()
                .setJournal(journal)
                .setOldest(first)
                .addAllReports(LongStream.rangeClosed(first, last)
                        .mapToObj(Reports::report)
                        .toList())
                .build();
    }

    static StatusReport report(long sequence) {
        return StatusReport.newBuilder()
                .setSequence(sequence)
                .setAtMillis(1_700_000_000_000L + sequence)
                .setAction("distribute-acme-editor")
                .setSubject(Subject.newBuilder()
                        .setName("acme/editor")
                        .setVersion("2.0")
                        .setPlatform("any"))
                .setOperation(Operation.OPERATION_DISTRIBUTE)
                .setState(5)
                .setDetail("report " + sequence)
                .build();
    }
}
