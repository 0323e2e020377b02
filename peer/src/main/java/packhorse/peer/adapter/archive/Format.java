package packhorse.peer.adapter.archive;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** How the content is packed. */
enum Format {
    /** As Packhorse publishes directories: an uncompressed pax archive beside a signed file list. */
    TREE("tree"),
    TAR("tar", ".tar"),
    TAR_GZ("tar.gz", ".tar.gz", ".tgz"),
    TAR_ZST("tar.zst", ".tar.zst", ".tzst"),
    ZIP("zip", ".zip");

    private final String word;

    @SuppressWarnings("ImmutableEnumChecker") // List.of makes it.
    private final List<String> endings;

    Format(String word, String... endings) {
        this.word = word;
        this.endings = List.of(endings);
    }

    /** As manifests call it. */
    String word() {
        return word;
    }

    /** Whether its entries cannot be passed over without being decompressed. */
    boolean isPacked() {
        return switch (this) {
            case TREE, TAR -> false;
            case TAR_GZ, TAR_ZST, ZIP -> true;
        };
    }

    static Format parse(String word) {
        return Arrays.stream(values())
                .filter(one -> one.word.equals(word))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("\"" + word + "\" is no archive format; write one of " + words()));
    }

    /** By the end of a file's name. */
    static Optional<Format> ofName(String name) {
        return Arrays.stream(values())
                .filter(one -> one.endings.stream().anyMatch(name::endsWith))
                .findFirst();
    }

    static String words() {
        return Arrays.stream(values()).map(Format::word).collect(Collectors.joining(", "));
    }
}
