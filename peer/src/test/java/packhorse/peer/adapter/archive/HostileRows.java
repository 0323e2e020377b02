package packhorse.peer.adapter.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import packhorse.core.json.Json.JsonObject;

/** Rows of hostile archives, each with the line that it must be refused with. */
final class HostileRows {
    /** One archive and what must be said of it. */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares two of them.
    record Hostile(String kind, String name, byte[] content, String line, JsonObject settings) {
        Hostile(String kind, String name, byte[] content, String line) {
            this(kind, name, content, line, World.settings(Map.of()));
        }

        @Override
        public String toString() {
            return kind + " (" + name.substring(name.indexOf('.') + 1) + ")";
        }
    }

    /** A good one, to be spoiled. */
    static final byte[] GOOD_TAR =
            Tar.of(tar -> tar.directory("d").file("d/a", "hello").file("d/b", "x".repeat(2000)));

    private final List<Hostile> rows = new ArrayList<>();

    List<Hostile> list() {
        return rows;
    }

    void add(Hostile row) {
        rows.add(row);
    }

    /** A file of that name, in both kinds of archive. */
    void both(String kind, String name, String line) {
        pair(kind, tar -> tar.file(name, "evil"), zip -> zip.file(name, "evil"), line);
    }

    void link(String kind, String name, String target, String line) {
        pair(kind, tar -> tar.link(name, target), zip -> zip.link(name, target), line);
    }

    /** Files of these names, in both kinds of archive. */
    void files(String kind, String line, String... names) {
        pair(
                kind,
                tar -> List.of(names).forEach(name -> tar.file(name, name)),
                zip -> List.of(names).forEach(name -> zip.file(name, name)),
                line);
    }

    void pair(String kind, Consumer<Tar> tar, Consumer<Zip> zip, String line) {
        tar(kind, tar, line);
        zip(kind, zip, line);
    }

    /** The same tar in all its packings. */
    void tar(String kind, Consumer<Tar> tar, String line) {
        byte[] bytes = Tar.of(tar);
        add(new Hostile(kind, "b.tar", bytes, line));
        add(new Hostile(kind, "b.tar.gz", Tar.gz(bytes), line));
        add(new Hostile(kind, "b.tar.zst", Tar.zst(bytes), line));
    }

    void zip(String kind, Consumer<Zip> zip, String line) {
        add(new Hostile(kind, "b.zip", Zip.of(zip), line));
    }

    /** An entry of a type that no archive may hold. */
    void special(String kind, byte type, String words) {
        tar(
                kind,
                tar -> tar.entry("x", type, 0644, "", new byte[0]),
                "\"x\" is " + words + "; an archive may hold files, directories and links");
    }

    /** A zip that contradicts itself. */
    void bad(String kind, byte[] zip, String line) {
        add(new Hostile(kind, "b.zip", zip, "the zip contradicts itself: " + line));
    }

    static byte[] concat(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    static byte[] flipped(byte[] bytes, int at) {
        byte[] flipped = bytes.clone();
        flipped[at] ^= 1;
        return flipped;
    }

    static byte[] replaced(byte[] bytes, int at, String text) {
        byte[] replaced = bytes.clone();
        byte[] with = text.getBytes(UTF_8);
        System.arraycopy(with, 0, replaced, at, with.length);
        return replaced;
    }
}
