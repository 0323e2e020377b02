package packhorse.console.report;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import packhorse.core.content.Sha256;
import packhorse.core.unit.ByteCount;

/**
 * A report as one page that needs nothing else and runs nothing: for a screen and for paper. Every text goes through {@link #escaped};
 * the page's own policy forbids scripts and everything from elsewhere, should one ever get past it.
 */
public final class Html {
    /** Nobody reads or prints more; all of them stand in the CSV and the JSON. */
    public static final int ROWS_MAX = 2_000;

    private static final int BAR_WIDTH = 320;
    private static final int BAR_HEIGHT = 12;
    private static final String STYLE = """
        body { font: 15px/1.45 system-ui, sans-serif; color: #1b1b1b; max-width: 70rem; margin: 2rem auto; padding: 0 1rem }
        h1 { font-size: 1.5rem; margin-bottom: 0 }
        h2 { font-size: 1.15rem; margin-top: 2rem; border-bottom: 1px solid #999 }
        table { border-collapse: collapse; margin: .6rem 0; width: 100% }
        caption { text-align: left; font-weight: 600 }
        th, td { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0; border-bottom: 1px solid #ddd; overflow-wrap: anywhere }
        .n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
        .about { color: #555; margin-top: .2rem }
        .warning { border-left: 4px solid #b00020; padding: .3rem .8rem; margin: .6rem 0; font-weight: 600 }
        .more { font-style: italic }
        svg rect { fill: #2a5f9e }
        p { white-space: pre-line }
        @media print {
          body { margin: 0; max-width: none; font-size: 10pt }
          h2 { break-after: avoid }
          tr { break-inside: avoid }
          thead { display: table-header-group }
          @page { margin: 16mm }
        }
        """;

    /** What a browser may do with the page: nothing but to lay it out by its own style, which is named by its digest. */
    public static final String POLICY = "default-src 'none'; style-src 'sha256-"
            + Base64.getEncoder()
                    .encodeToString(
                            Sha256.of(STYLE.getBytes(StandardCharsets.UTF_8)).bytes())
            + "'";

    private final StringBuilder out = new StringBuilder();

    private Html() {}

    /** The whole page. */
    public static String of(Report report) {
        return new Html().page(report);
    }

    /** Text as it stands between tags and inside quotes. */
    static String escaped(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> {
                    boolean control = Character.getType(c) == Character.CONTROL && c != '\n';
                    boolean turning =
                            Character.getType(c) == Character.FORMAT || Character.getType(c) == Character.SURROGATE;
                    out.appendCodePoint(control || turning ? ' ' : c);
                }
            }
        });
        return out.toString();
    }

    private String page(Report report) {
        out.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta"
                        + " http-equiv=\"Content-Security-Policy\" content=\"" + POLICY
                        + "\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>")
                .append(escaped(report.title() + ": " + report.about()))
                .append("</title>\n<style>")
                .append(STYLE)
                .append("</style>\n</head>\n<body>\n");
        tag("h1", report.title());
        out.append("<p class=\"about\">")
                .append(escaped(report.about()))
                .append(" · as of ")
                .append(escaped(report.at().toString()))
                .append("</p>\n");
        for (Report.Section section : report.sections()) {
            out.append("<section>\n");
            tag("h2", section.title());
            section.blocks().forEach(this::block);
            out.append("</section>\n");
        }
        return out.append("</body>\n</html>\n").toString();
    }

    private void block(Block block) {
        switch (block) {
            case Block.Words(String text) -> tag("p", text);
            case Block.Warning(String text) ->
                out.append("<p class=\"warning\" role=\"note\">")
                        .append(escaped(text))
                        .append("</p>\n");
            case Block.Facts facts -> facts(facts);
            case Block.Table table -> table(table);
            case Block.Bars bars -> bars(bars);
        }
    }

    private void facts(Block.Facts facts) {
        out.append("<table>\n<tbody>\n");
        for (Block.Fact fact : facts.facts()) {
            out.append("<tr><th scope=\"row\">").append(escaped(fact.name())).append("</th><td>");
            out.append(escaped(text(fact.value()))).append("</td></tr>\n");
        }
        out.append("</tbody>\n</table>\n");
    }

    private void table(Block.Table table) {
        out.append("<table>\n<caption>").append(escaped(table.title())).append("</caption>\n<thead>\n<tr>");
        for (Block.Column column : table.columns()) {
            out.append("<th scope=\"col\">").append(escaped(column.title())).append("</th>");
        }
        out.append("</tr>\n</thead>\n<tbody>\n");
        List<List<Cell>> rows = table.rows();
        for (List<Cell> row : rows.subList(0, Math.min(rows.size(), ROWS_MAX))) {
            out.append("<tr>");
            for (Cell cell : row) {
                out.append(number(cell) ? "<td class=\"n\">" : "<td>")
                        .append(escaped(text(cell)))
                        .append("</td>");
            }
            out.append("</tr>\n");
        }
        out.append("</tbody>\n</table>\n");
        if (rows.isEmpty()) {
            out.append("<p class=\"more\">none</p>\n");
        } else if (rows.size() > ROWS_MAX) {
            out.append("<p class=\"more\">")
                    .append(grouped(rows.size() - (long) ROWS_MAX))
                    .append(" more rows stand in the CSV and the JSON of this report.</p>\n");
        }
    }

    private void bars(Block.Bars bars) {
        long longest = bars.bars().stream().mapToLong(Block.Bar::length).max().orElse(0);
        out.append("<table>\n<caption>").append(escaped(bars.title())).append("</caption>\n<tbody>\n");
        for (Block.Bar bar : bars.bars()) {
            long width = longest == 0 ? 0 : Math.round((double) bar.length() * BAR_WIDTH / longest);
            out.append("<tr><th scope=\"row\">")
                    .append(escaped(bar.label()))
                    .append("</th><td><svg role=\"img\" aria-label=\"")
                    .append(escaped(text(bar.value())))
                    .append("\" width=\"")
                    .append(BAR_WIDTH)
                    .append("\" height=\"")
                    .append(BAR_HEIGHT)
                    .append("\"><rect width=\"")
                    .append(bar.length() > 0 ? Math.max(1, width) : 0)
                    .append("\" height=\"")
                    .append(BAR_HEIGHT)
                    .append("\"/></svg></td><td class=\"n\">")
                    .append(escaped(text(bar.value())))
                    .append("</td></tr>\n");
        }
        out.append("</tbody>\n</table>\n");
    }

    private void tag(String name, String text) {
        out.append('<')
                .append(name)
                .append('>')
                .append(escaped(text))
                .append("</")
                .append(name)
                .append(">\n");
    }

    private static boolean number(Cell cell) {
        return switch (cell) {
            case Cell.Text text -> false;
            case Cell.Time time -> false;
            case Cell.Count count -> true;
            case Cell.Bytes bytes -> true;
            case Cell.Share share -> true;
            case Cell.Length length -> true;
            case Cell.Unknown unknown -> false;
        };
    }

    /** As people read it. */
    static String text(Cell cell) {
        return switch (cell) {
            case Cell.Text(String text) -> text;
            case Cell.Count(long count) -> grouped(count);
            case Cell.Bytes(long bytes) -> bytes(bytes);
            case Cell.Share(long count, long of) ->
                grouped(count) + " of " + grouped(of)
                        + (of == 0 ? "" : String.format(Locale.ROOT, " (%.1f %%)", 100.0 * count / of));
            case Cell.Time(var at) -> at.toString();
            case Cell.Length(var duration) -> length(duration);
            case Cell.Unknown unknown -> "not recorded";
        };
    }

    static String bytes(long bytes) {
        return bytes < 0 ? "-" + new ByteCount(-bytes) : new ByteCount(bytes).toString();
    }

    /** In groups of three, with blanks that do not break. */
    static String grouped(long number) {
        String digits = Long.toString(Math.abs(number));
        StringBuilder text = new StringBuilder(number < 0 ? "-" : "");
        for (int i = 0; i < digits.length(); i++) {
            if (i > 0 && (digits.length() - i) % 3 == 0) {
                text.append('\u00a0');
            }
            text.append(digits.charAt(i));
        }
        return text.toString();
    }

    private static String length(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 60) {
            return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
        }
        return seconds < 3600
                ? seconds / 60 + " min " + seconds % 60 + " s"
                : seconds / 3600 + " h " + seconds / 60 % 60 + " min";
    }
}
