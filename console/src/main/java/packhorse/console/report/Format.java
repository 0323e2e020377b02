package packhorse.console.report;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** As what a report is written. */
public enum Format {
    /** A page for screen and paper. */
    HTML("text/html; charset=utf-8"),
    /** One table, for spreadsheets. */
    CSV("text/csv; charset=utf-8"),
    /** All of it, for programs. */
    JSON("application/json"),
    /** Lines for a terminal. */
    TEXT("text/plain; charset=utf-8");

    private final String mediaType;

    Format(String mediaType) {
        this.mediaType = mediaType;
    }

    /** With its character set. */
    public String mediaType() {
        return mediaType;
    }

    /** As people write it, and as names of files end. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads what {@link #word} writes. */
    public static Format parse(String word) {
        return Arrays.stream(values())
                .filter(one -> one.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("\"" + word + "\" is no format; write one of "
                        + Arrays.stream(values()).map(Format::word).collect(Collectors.joining(", "))));
    }

    /**
     * The whole report.
     *
     * @param table which one, of a format that has only one; empty: the first
     * @param columns how wide lines may be, of a format that has lines
     * @throws IllegalArgumentException where the report has no such table
     */
    public String of(Report report, Optional<String> table, int columns) {
        return switch (this) {
            case HTML -> Html.of(report);
            case CSV -> Csv.of(table(report, table));
            case JSON -> ReportJson.of(report);
            case TEXT -> Plain.of(report, columns);
        };
    }

    private static Block.Table table(Report report, Optional<String> key) {
        return report.tables().stream()
                .filter(one -> key.isEmpty() || one.key().equals(key.get()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the report " + report.kind() + " has no table \""
                        + key.orElse("") + "\"; write one of "
                        + report.tables().stream().map(Block.Table::key).collect(Collectors.joining(", "))));
    }
}
