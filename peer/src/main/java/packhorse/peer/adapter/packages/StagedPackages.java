package packhorse.peer.adapter.packages;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Manifest;
import packhorse.core.content.SafePath;
import packhorse.core.content.Sha256;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;

/**
 * Package files laid out for a package system's program, numbered, so that their names are ours: the one file that the content is, or
 * every package file in a tree. What else a tree holds, hooks for example, is not for the package system.
 */
final class StagedPackages {
    /** Packages that are installed as one; a program's arguments have a bound. */
    private static final int PACKAGES_MAX = 512;

    private StagedPackages() {}

    /** Lays them out in {@code place}, anew, in the order of their names. */
    static List<Path> unpack(
            Manifest manifest, Path content, String suffix, Path place, InstallDisk disk, LongConsumer progress)
            throws IOException {
        disk.delete(place);
        disk.createDirectories(place);
        List<Path> staged = new ArrayList<>();
        switch (manifest.form()) {
            case FILE -> {
                try (InputStream in = Files.newInputStream(content)) {
                    staged.add(stage(in, 0, suffix, place, disk, progress));
                }
            }
            case TREE -> tree(manifest, content, suffix, place, disk, staged, progress);
        }
        disk.force(place);
        return staged;
    }

    private static void tree(
            Manifest manifest,
            Path content,
            String suffix,
            Path place,
            InstallDisk disk,
            List<Path> staged,
            LongConsumer progress)
            throws IOException {
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new BufferedInputStream(Files.newInputStream(content)), "UTF-8")) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (!entry.isFile()
                        || entry.isLink()
                        || entry.isSymbolicLink()
                        || !entry.getName().endsWith(suffix)) {
                    continue;
                }
                SafePath.require(entry.getName());
                if (entry.isSparse()) {
                    throw new AdapterException(
                            CodeClass.PERMANENT,
                            manifest.id() + " holds " + entry.getName()
                                    + " with holes, which may become larger than all that was signed; publish it anew");
                }
                if (staged.size() == PACKAGES_MAX) {
                    throw new AdapterException(
                            CodeClass.PERMANENT,
                            manifest.id() + " holds more than " + PACKAGES_MAX + " packages; publish it as several");
                }
                staged.add(stage(tar, staged.size(), suffix, place, disk, progress));
            }
        }
        if (staged.isEmpty()) {
            throw new AdapterException(
                    CodeClass.PERMANENT,
                    manifest.id() + " holds no file whose name ends in " + suffix + "; publish it anew");
        }
    }

    private static Path stage(
            InputStream in, int number, String suffix, Path place, InstallDisk disk, LongConsumer progress)
            throws IOException {
        // World-readable: in another root a package system's program may read it as somebody else.
        Path file = place.resolve(String.format("%04d%s", number, suffix));
        disk.create(file, in, 0644, progress);
        disk.force(file);
        return file;
    }

    /**
     * What tells package files that were judged from any others: each one's name and digest.
     *
     * @param content what they were taken from
     */
    static byte[] seal(Sha256 content, List<Path> files) throws IOException {
        SortedMap<String, Json> digests = new TreeMap<>();
        for (Path file : files) {
            digests.put(
                    String.valueOf(file.getFileName()),
                    new JsonString(Inventory.hash(file).hex()));
        }
        return CanonicalJson.encode(
                JsonObject.of(Map.of("content", new JsonString(content.hex()), "packages", new JsonObject(digests))));
    }

    /** Those laid out earlier. */
    static List<Path> in(Path place, String suffix) throws IOException {
        if (!Files.isDirectory(place)) {
            return List.of();
        }
        try (var names = Files.list(place)) {
            return names.filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        }
    }
}
