package packhorse.console.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A page of a list as people read it: a row for each, its plain values in columns. What is stored has its identity and version before what
 * it says; what is long or deep is shown by the command for one.
 */
final class Listing {
    private static final int CELL_CHARS_MAX = 48;
    private static final int BETWEEN = 2;

    /** More do not fit into a cell. */
    private static final int GATHERED_MAX = 24;

    private Listing() {}

    /** @param width a line is no longer; what has no room is named below the table */
    static List<String> of(Object page, int width) {
        if (!(page instanceof Map<?, ?> object) || !(object.get("items") instanceof List<?> items)) {
            return Outline.of(page);
        }
        if (items.isEmpty()) {
            return List.of("none");
        }
        if (!(items.getFirst() instanceof Map<?, ?>)) {
            return items.stream().map(Outline::text).toList();
        }
        Set<String> names = new LinkedHashSet<>();
        items.forEach(item -> names.addAll(cells(item).keySet()));
        items.forEach(item -> names.addAll(gathered(item).keySet()));
        List<Map<String, String>> rows =
                items.stream().map(item -> row((Object) item)).toList();
        List<String> columns = fitting(List.copyOf(names), rows, width);
        Table table = new Table(columns.stream().map(Listing::heading).toArray(String[]::new));
        for (Map<String, String> row : rows) {
            table.row(
                    columns.stream().map(column -> row.getOrDefault(column, "")).toArray());
        }
        List<String> lines = new ArrayList<>(table.lines());
        names.removeAll(columns);
        if (!names.isEmpty()) {
            String left = names.stream().map(Listing::heading).collect(Collectors.joining(", "));
            Screen.wrap("left out: " + left + " (a larger COLUMNS shows them, --json all)", "", width, lines);
        }
        Optional.ofNullable(object.get("next"))
                .ifPresent(next -> lines.add("more: the same with --after " + Outline.text(next)));
        return lines;
    }

    /** The columns from the left that have room; at least the first. */
    private static List<String> fitting(List<String> names, List<Map<String, String>> rows, int width) {
        int used = -BETWEEN;
        int count = 0;
        for (String name : names) {
            int widest = heading(name).length();
            for (Map<String, String> row : rows) {
                widest = Math.max(widest, row.getOrDefault(name, "").length());
            }
            used += BETWEEN + widest;
            if (used > width && count > 0) {
                break;
            }
            count++;
        }
        return names.subList(0, count);
    }

    private static Map<String, String> row(Object item) {
        Map<String, String> row = cells(item);
        row.putAll(gathered(item));
        return row;
    }

    private static Map<String, String> cells(Object item) {
        Map<String, String> cells = new LinkedHashMap<>();
        if (item instanceof Map<?, ?> object) {
            Object value = object.get("value");
            if (value instanceof Map<?, ?> stored && object.containsKey("version")) {
                put(cells, "id", object.get("id"));
                put(cells, "version", object.get("version"));
                put(cells, "state", stored.get("state"));
                stored.forEach((name, each) -> put(cells, String.valueOf(name), each));
            } else {
                object.forEach((name, each) -> put(cells, String.valueOf(name), each));
            }
        }
        return cells;
    }

    /** What has several plain values, behind all that has one: where there is room for it. */
    private static Map<String, String> gathered(Object item) {
        Map<String, String> cells = new LinkedHashMap<>();
        if (item instanceof Map<?, ?> object) {
            Map<?, ?> holder =
                    object.get("value") instanceof Map<?, ?> stored && object.containsKey("version") ? stored : object;
            holder.forEach((name, each) -> {
                if (each instanceof List<?> list && list.stream().allMatch(Listing::isPlain)) {
                    cells.put(String.valueOf(name), joined(list.stream().map(Outline::text)));
                } else if (each instanceof Map<?, ?> map
                        && map.values().stream().allMatch(Listing::isPlain)) {
                    cells.put(
                            String.valueOf(name),
                            joined(map.entrySet().stream()
                                    .map(one -> Outline.text(one.getKey()) + "=" + Outline.text(one.getValue()))));
                }
            });
        }
        return cells;
    }

    private static boolean isPlain(@Nullable Object value) {
        return value != null && !(value instanceof Map<?, ?>) && !(value instanceof List<?>);
    }

    private static String joined(Stream<String> texts) {
        return cut(texts.limit(GATHERED_MAX).collect(Collectors.joining(", ")));
    }

    private static String cut(String text) {
        return text.length() <= CELL_CHARS_MAX ? text : text.substring(0, CELL_CHARS_MAX - 1) + "…";
    }

    private static void put(Map<String, String> cells, String name, @Nullable Object value) {
        if (value == null || value instanceof Map<?, ?> || value instanceof List<?> || cells.containsKey(name)) {
            return;
        }
        cells.put(name, cut(Outline.text(value)));
    }

    private static String heading(String name) {
        return OperationCommand.kebab(name).replace('-', ' ');
    }
}
