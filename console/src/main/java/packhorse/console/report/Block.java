package packhorse.console.report;

import java.util.List;

/** A part of a section. */
public sealed interface Block {
    /** A sentence or some. */
    record Words(String text) implements Block {}

    /** What nobody may overlook. */
    record Warning(String text) implements Block {}

    /** Names with their values. */
    record Facts(List<Fact> facts) implements Block {
        public Facts {
            facts = List.copyOf(facts);
        }
    }

    /**
     * A name with its value.
     *
     * @param key for programs
     * @param name for people
     */
    record Fact(String key, String name, Cell value) {}

    /**
     * Rows of the same columns.
     *
     * @param key for programs, and for the name of its CSV file
     */
    record Table(String key, String title, List<Column> columns, List<List<Cell>> rows) implements Block {
        public Table {
            columns = List.copyOf(columns);
            rows = rows.stream().map(List::copyOf).toList();
            for (List<Cell> row : rows) {
                if (row.size() != columns.size()) {
                    throw new IllegalArgumentException(
                            "the table " + key + " has " + columns.size() + " columns and a row of " + row.size());
                }
            }
        }
    }

    /**
     * A column.
     *
     * @param key for programs
     * @param title for people
     */
    record Column(String key, String title) {}

    /** Lengths beside each other, the longest of which fills the line. */
    record Bars(String key, String title, List<Bar> bars) implements Block {
        public Bars {
            bars = List.copyOf(bars);
        }
    }

    /**
     * One of them.
     *
     * @param length not negative
     */
    record Bar(String label, long length, Cell value) {
        public Bar {
            if (length < 0) {
                throw new IllegalArgumentException("the bar " + label + " is " + length + " long");
            }
        }
    }
}
