package packhorse.dist.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What one benchmark found: samples of each side, and the figures made of their medians. Sides and columns stand in the order
 * in which they were first named.
 */
final class Report {
    /**
     * A number that an aim may be set for.
     *
     * @param what it says, for people
     * @param value the number
     * @param unit behind it; empty for a ratio
     * @param aim what is wanted
     */
    record Figure(String what, double value, String unit, Optional<Aim> aim) {
        boolean met() {
            return aim.isEmpty() || aim.get().metBy(value);
        }
    }

    /**
     * A bound that a figure should keep.
     *
     * @param atLeast whether the limit is the smallest good value rather than the largest
     * @param limit the bound itself counts as good
     */
    record Aim(boolean atLeast, double limit) {
        static Optional<Aim> atLeast(double limit) {
            return Optional.of(new Aim(true, limit));
        }

        static Optional<Aim> atMost(double limit) {
            return Optional.of(new Aim(false, limit));
        }

        boolean metBy(double value) {
            return atLeast ? value >= limit : value <= limit;
        }

        @Override
        public String toString() {
            return (atLeast ? "at least " : "at most ") + number(limit);
        }
    }

    private final String bench;
    private final String setting;
    private final String loadBefore;
    private final Map<String, Map<String, List<Double>>> sides = new LinkedHashMap<>();
    private final List<Figure> figures = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    /**
     * @param bench its name
     * @param setting what was measured, in words
     */
    Report(String bench, String setting) {
        this.bench = bench;
        this.setting = setting;
        this.loadBefore = Proc.load();
    }

    /** One sample of a side, in a column; a column's name ends in its unit. */
    void sample(String side, String column, double value) {
        sides.computeIfAbsent(side, s -> new LinkedHashMap<>())
                .computeIfAbsent(column, c -> new ArrayList<>())
                .add(value);
    }

    /** A side's samples in the order in which they came. */
    List<Double> samples(String side, String column) {
        return List.copyOf(sides.getOrDefault(side, Map.of()).getOrDefault(column, List.of()));
    }

    /** The median of a side's samples; empty where the side was not measured. */
    OptionalDouble median(String side, String column) {
        List<Double> samples = sides.getOrDefault(side, Map.of()).getOrDefault(column, List.of());
        return samples.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(median(samples));
    }

    OptionalDouble largest(String side, String column) {
        return sides.getOrDefault(side, Map.of()).getOrDefault(column, List.of()).stream()
                .mapToDouble(d -> d)
                .max();
    }

    /** States a figure; where its number is empty, because a side is missing, nothing is stated. */
    void figure(String what, OptionalDouble value, String unit, Optional<Aim> aim) {
        value.ifPresent(v -> figures.add(new Figure(what, v, unit, aim)));
    }

    /** One number over another. */
    static OptionalDouble ratio(OptionalDouble upper, OptionalDouble lower) {
        return upper.isPresent() && lower.isPresent()
                ? OptionalDouble.of(upper.getAsDouble() / lower.getAsDouble())
                : OptionalDouble.empty();
    }

    void note(String line) {
        notes.add(line);
    }

    private static double median(List<Double> samples) {
        List<Double> sorted = samples.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** For people: the sides' medians (with the spread), then the figures. */
    String table() {
        Set<String> columns = sides.values().stream()
                .flatMap(side -> side.keySet().stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("side"));
        head.addAll(columns);
        rows.add(head);
        sides.forEach((name, samples) -> {
            List<String> row = new ArrayList<>(List.of(name));
            columns.forEach(column -> row.add(cell(samples.getOrDefault(column, List.of()))));
            rows.add(row);
        });
        StringBuilder out = new StringBuilder();
        out.append(bench).append(": ").append(setting).append('\n');
        out.append("machine: ").append(machine()).append("\n\n");
        layOut(rows, out);
        out.append('\n');
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of("figure", "value", "aim", ""));
        figures.forEach(figure -> lines.add(List.of(
                figure.what(),
                (number(figure.value()) + " " + figure.unit()).strip(),
                figure.aim().map(Aim::toString).orElse("-"),
                figure.aim().isEmpty() ? "" : figure.met() ? "met" : "MISSED")));
        layOut(lines, out);
        notes.forEach(note -> out.append("note: ").append(note).append('\n'));
        return out.toString();
    }

    private static String cell(List<Double> samples) {
        if (samples.isEmpty()) {
            return "-";
        }
        String middle = number(median(samples));
        double low = samples.stream().mapToDouble(d -> d).min().orElseThrow();
        double high = samples.stream().mapToDouble(d -> d).max().orElseThrow();
        return low == high ? middle : middle + " (" + number(low) + "–" + number(high) + ")";
    }

    private static void layOut(List<List<String>> rows, StringBuilder out) {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        rows.forEach(row -> {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        });
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder(" ");
            for (int i = 0; i < columns; i++) {
                line.append(' ')
                        .append(row.get(i))
                        .append(" ".repeat(widths[i] - row.get(i).length() + 1));
            }
            out.append(line.toString().stripTrailing()).append('\n');
        }
    }

    private String machine() {
        return Runtime.getRuntime().availableProcessors() + " cores, load " + loadBefore + " before, " + Proc.load()
                + " after; medians (smallest–largest) of interleaved rounds";
    }

    /** For scripts. */
    String json() {
        StringBuilder out = new StringBuilder();
        out.append("{\"bench\":").append(quoted(bench));
        out.append(",\"setting\":").append(quoted(setting));
        out.append(",\"cores\":").append(Runtime.getRuntime().availableProcessors());
        out.append(",\"loadBefore\":").append(loadBefore);
        out.append(",\"loadAfter\":").append(Proc.load());
        out.append(",\"sides\":[");
        out.append(sides.entrySet().stream()
                .map(side -> "{\"side\":" + quoted(side.getKey()) + ",\"samples\":{"
                        + side.getValue().entrySet().stream()
                                .map(column -> quoted(column.getKey()) + ":["
                                        + column.getValue().stream()
                                                .map(Report::plain)
                                                .collect(Collectors.joining(","))
                                        + "]")
                                .collect(Collectors.joining(","))
                        + "}}")
                .collect(Collectors.joining(",")));
        out.append("],\"figures\":[");
        out.append(figures.stream()
                .map(figure -> "{\"what\":" + quoted(figure.what()) + ",\"value\":" + plain(figure.value())
                        + ",\"unit\":" + quoted(figure.unit())
                        + figure.aim()
                                .map(aim -> ",\"aim\":" + quoted(aim.toString()) + ",\"met\":" + figure.met())
                                .orElse("")
                        + "}")
                .collect(Collectors.joining(",")));
        out.append("],\"notes\":[");
        out.append(notes.stream().map(Report::quoted).collect(Collectors.joining(",")));
        return out.append("]}").toString();
    }

    private static String plain(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    /** Three digits that matter. */
    private static String number(double value) {
        double size = Math.abs(value);
        return String.format(Locale.ROOT, size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f", value);
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                out.append('\\').append((char) c);
            } else if (c < ' ') {
                out.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                out.append((char) c);
            }
        });
        return out.append('"').toString();
    }
}
