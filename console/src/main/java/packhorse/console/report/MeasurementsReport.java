package packhorse.console.report;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import packhorse.console.change.Measurements;
import packhorse.console.change.Work;

/** What the trade measures itself by, for packages, media, images and image media apart. */
public final class MeasurementsReport {
    private MeasurementsReport() {}

    /**
     * The report.
     *
     * @param period which requests were counted, in words
     */
    public static Report of(String period, Map<Work, Measurements> byWork, Instant at) {
        List<List<Cell>> rows = new ArrayList<>();
        for (Work work : Work.values()) {
            Measurements all = byWork.getOrDefault(
                    work,
                    new Measurements(
                            Measurements.Share.NONE,
                            Measurements.Share.NONE,
                            Measurements.Share.NONE,
                            Measurements.Share.NONE,
                            Measurements.Share.NONE));
            rows.add(List.of(
                    Cell.of(work.name().toLowerCase(Locale.ROOT).replace('_', ' ')),
                    share(all.inTime()),
                    share(all.returned()),
                    share(all.builtInTime()),
                    share(all.withoutRework()),
                    share(all.satisfied())));
        }
        return new Report(
                "measurements",
                "Measurements",
                period,
                at,
                List.of(Report.Section.of(
                        "By kind of work",
                        new Block.Words(
                                "Each share is of those that it could be counted of; the clock stands while a request"
                                        + " is returned for missing information."),
                        new Block.Table(
                                "measurements",
                                "Measurements",
                                List.of(
                                        new Block.Column("work", "work"),
                                        new Block.Column("in_time", "finished in the requested time"),
                                        new Block.Column("returned", "returned for missing information"),
                                        new Block.Column("built_in_time", "built in time"),
                                        new Block.Column("without_rework", "passed the test without rework"),
                                        new Block.Column("satisfied", "requester satisfied")),
                                rows))));
    }

    private static Cell share(Measurements.Share share) {
        return new Cell.Share(share.count(), share.of());
    }
}
