package packhorse.peer.adapter.testing;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * What a directory tree looks like: every path with its type, mode, owner and group, a link's target and a file's content. Times are
 * left out: nobody promises them.
 *
 * @param entries one line each, by path below the root; the root itself is not among them
 */
public record TreePicture(SortedMap<String, String> entries) {
    public TreePicture {
        entries = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(entries));
    }

    /** Of everything below {@code root}; of nothing where that is not there. */
    public static TreePicture of(Path root) throws IOException {
        SortedMap<String, String> entries = new TreeMap<>();
        if (!Files.exists(root)) {
            return new TreePicture(entries);
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                if (!directory.equals(root)) {
                    entries.put(name(directory), "directory " + rights(directory));
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isSymbolicLink()) {
                    entries.put(name(file), "link to " + Files.readSymbolicLink(file));
                } else if (attributes.isRegularFile()) {
                    entries.put(
                            name(file),
                            "file " + rights(file) + " " + attributes.size() + " bytes " + fingerprint(file));
                } else {
                    entries.put(name(file), "special " + rights(file));
                }
                return FileVisitResult.CONTINUE;
            }

            private String name(Path path) {
                return root.relativize(path).toString();
            }
        });
        return new TreePicture(entries);
    }

    /** Nobody forges one, and thousands are taken: two checksums that the processor has an instruction for, not a digest. */
    private static String fingerprint(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        StringBuilder text = new StringBuilder();
        for (Checksum sum : new Checksum[] {new CRC32(), new CRC32C()}) {
            sum.update(bytes);
            text.append(String.format("%08x", sum.getValue()));
        }
        return text.toString();
    }

    private static String rights(Path path) throws IOException {
        Map<String, Object> all = Files.readAttributes(path, "unix:mode,uid,gid", LinkOption.NOFOLLOW_LINKS);
        return Integer.toOctalString(java.util.Objects.requireNonNull((Integer) all.get("mode")) & 07777) + " "
                + all.get("uid") + ":" + all.get("gid");
    }

    /** This one without what a path prefix names. */
    public TreePicture without(String prefix) {
        SortedMap<String, String> rest = new TreeMap<>(entries);
        rest.keySet().removeIf(path -> path.equals(prefix) || path.startsWith(prefix + "/"));
        return new TreePicture(rest);
    }

    /** What is not alike, one line each, for people. */
    public List<String> differences(TreePicture other) {
        List<String> lines = new ArrayList<>();
        TreeSet<String> names = new TreeSet<>(entries.keySet());
        names.addAll(other.entries.keySet());
        for (String name : names) {
            String here = entries.getOrDefault(name, "nothing");
            String there = other.entries.getOrDefault(name, "nothing");
            if (!here.equals(there)) {
                lines.add(name + ": " + here + " | " + there);
            }
        }
        return lines;
    }

    /** With only the given number of entries shown. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        entries.forEach(
                (path, what) -> text.append(path).append(": ").append(what).append('\n'));
        return text.toString();
    }
}
