package packhorse.console.report;

import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * A document.
 *
 * @param kind one word for programs, and for its file's name
 * @param about the order, or whatever it is about
 * @param at as of when
 */
public record Report(String kind, String title, String about, Instant at, List<Section> sections) {
    /** Blocks under a heading. */
    public record Section(String title, List<Block> blocks) {
        public Section {
            blocks = List.copyOf(blocks);
        }

        /** The same from some blocks. */
        public static Section of(String title, Block... blocks) {
            return new Section(title, List.of(blocks));
        }
    }

    public Report {
        sections = List.copyOf(sections);
    }

    /** All tables, in their order. */
    public List<Block.Table> tables() {
        return blocks().filter(Block.Table.class::isInstance)
                .map(Block.Table.class::cast)
                .toList();
    }

    /** All blocks, in their order. */
    Stream<Block> blocks() {
        return sections.stream().flatMap(section -> section.blocks().stream());
    }
}
