package packhorse.console.intake;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import packhorse.console.change.BuildReport;
import packhorse.console.change.PersonId;
import packhorse.core.UsageException;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.json.JsonException;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;
import packhorse.core.unit.ByteCount;

/**
 * Reads a build report: what {@code packhorse publish --json} printed, and what a build says of itself around it.
 *
 * <pre>
 * {"type": "packhorse-build-report", "published": {…}, "source": {"host": "git.example.org/editor", "revision": "4f2c…"},
 *  "controlFiles": [], "configuration": [], "media": [], "rounds": {"tried": 3, "good": 3},
 *  "begun": "2026-03-01T08:00:00Z", "done": "2026-03-01T08:40:00Z",
 *  "scan": {"scanner": "…", "found": [], "unscanned": [], "at": "…"}}
 * </pre>
 *
 * <p>{@code scan} may be left out: then nothing was scanned, and it says so. Unknown members are refused, but in {@code published}: that is
 * another program's.
 */
public final class BuildReports {
    /** A list of a thousand lines or two is some hundred kilobytes. */
    public static final int BYTES_MAX = 1 << 20;

    static final String TYPE = "packhorse-build-report";

    private BuildReports() {}

    /**
     * Reads one.
     *
     * @param name what errors call it
     * @param builder whose build it is
     * @param received when it came here; a report of the future is refused
     * @throws UsageException with the place and the mend
     */
    public static BuildReport read(byte[] utf8, String name, PersonId builder, Instant received) {
        if (utf8.length > BYTES_MAX) {
            throw new UsageException(name + " has " + utf8.length + " bytes; a build report has at most " + BYTES_MAX);
        }
        try {
            return report(JsonFields.of(JsonReader.parse(utf8), name), builder, received);
        } catch (JsonException e) {
            String message = String.valueOf(e.getMessage());
            throw new UsageException(message.contains(name) ? message : name + ": " + message, e);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new UsageException(name + ": " + e.getMessage(), e);
        }
    }

    private static BuildReport report(JsonFields fields, PersonId builder, Instant received) {
        if (!fields.string("type").equals(TYPE)) {
            throw new IllegalArgumentException("its type is \"" + fields.string("type") + "\", not \"" + TYPE + "\"");
        }
        JsonFields published = fields.object("published").ignoreUnknown();
        String path = published.string("path");
        if (path.endsWith("/bundle.json")) {
            throw new IllegalArgumentException(path + " is a bundle; report each of its releases by itself");
        }
        ReleaseId release = ReleaseId.ofTargetPath(path);
        Sha256 manifest = Sha256.parse(published.string("document"));
        ByteCount size = new ByteCount(published.integer("bytes", 0, Long.MAX_VALUE));
        JsonFields source = fields.object("source");
        JsonFields rounds = fields.object("rounds");
        Instant done = Instant.parse(fields.string("done"));
        if (done.isAfter(received)) {
            throw new IllegalArgumentException(
                    "it was done at " + done + ", which is to come; mend the builder's clock");
        }
        BuildReport report = new BuildReport(
                release,
                manifest,
                size,
                new BuildReport.Source(source.string("host"), source.string("revision")),
                fields.optionalObject("scan")
                        .map(BuildReports::scan)
                        .orElseGet(() -> new BuildReport.Scan(
                                Optional.empty(),
                                List.of(),
                                List.of("not scanned: the build report says nothing of a scan"),
                                done)),
                fields.strings("controlFiles"),
                fields.strings("configuration"),
                new BuildReport.Rounds(
                        Math.toIntExact(rounds.integer("tried", 0, Integer.MAX_VALUE)),
                        Math.toIntExact(rounds.integer("good", 0, Integer.MAX_VALUE))),
                fields.strings("media"),
                builder,
                Instant.parse(fields.string("begun")),
                done);
        source.done();
        rounds.done();
        fields.done();
        return report;
    }

    private static BuildReport.Scan scan(JsonFields fields) {
        BuildReport.Scan scan = new BuildReport.Scan(
                fields.optionalString("scanner"),
                fields.strings("found"),
                fields.strings("unscanned"),
                Instant.parse(fields.string("at")));
        fields.done();
        return scan;
    }
}
