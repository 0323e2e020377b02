package packhorse.peer.adapter.archive;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import packhorse.core.content.BadContentException;
import packhorse.core.content.BlobRef;
import packhorse.core.content.CodeClass;
import packhorse.core.content.FileEntry;
import packhorse.core.content.FileList;
import packhorse.core.content.Manifest;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Workplace;

/**
 * What a release brings, whichever kind of archive it is: judged to its end first, then unpacked into staging, whole or only some
 * files of it again.
 */
final class Content {
    private static final int PRIVATE_FILE = 0600;
    /** What a compressed archive becomes is not known before it is read; unpacking counts, and looks again before it writes. */
    private static final long UNPACKED_GUESS = 4;
    /** A file's last block, its name and its inode. */
    private static final long BYTES_BESIDE_ENTRY = 4096;

    private final Manifest manifest;
    private final ArchiveSettings settings;

    Content(Manifest manifest, ArchiveSettings settings) {
        this.manifest = manifest;
        this.settings = settings;
    }

    /** How much it is likely to be, unpacked, as far as that can be said without reading it. */
    long unpackedBytes() {
        long packed = manifest.content().length();
        return settings.format() == Format.TREE || settings.format() == Format.TAR
                ? packed
                : Math.min(packed * UNPACKED_GUESS, settings.limits().unpackedMax(packed));
    }

    /** Judges it and, where there is room, unpacks it into {@code tree}, and writes the list of what that is into {@code list}. */
    Placed unpack(Workplace here, Path tree, Path list) throws IOException {
        Source source = source(here);
        Survey.Found found = survey(source);
        long needed = found.bytes() + found.paths() * BYTES_BESIDE_ENTRY;
        long usable = here.disk().usableBytes(here.staging());
        if (usable < needed) {
            throw new AdapterException(
                    CodeClass.ENVIRONMENT,
                    manifest.id() + " unpacks to " + needed + " bytes, and " + usable + " are free at " + here.staging()
                            + "; free some");
        }
        InstallDisk disk = here.disk();
        disk.createDirectories(here.staging());
        disk.delete(tree);
        disk.delete(list);
        return judged(() -> {
            List<FileEntry> written = Unpacker.unpack(source, tree, disk, here.progress());
            return settings.format() == Format.TREE ? copyList(here, list) : writeList(written, list, disk);
        });
    }

    private Source source(Workplace here) {
        Path content = here.content()
                .orElseThrow(() -> new AdapterException(
                        CodeClass.ENVIRONMENT, "the content of " + manifest.id() + " is not at hand; fetch it again"));
        return switch (settings.format()) {
            case TREE ->
                new TreeSource(
                        manifest,
                        content,
                        here.fileList()
                                .orElseThrow(() -> new AdapterException(
                                        CodeClass.ENVIRONMENT,
                                        "the file list of " + manifest.id() + " is not at hand; fetch it again")));
            case TAR, TAR_GZ, TAR_ZST -> new TarSource(content, settings);
            case ZIP -> new ZipSource(content, settings);
        };
    }

    private Survey.Found survey(Source source) throws IOException {
        return judged(() -> settings.format() == Format.TREE
                ? Survey.ofListed(source)
                : Survey.of(source, settings.limits(), manifest.content().length()));
    }

    /** What reads an archive. */
    private interface Judging<T> {
        T judge() throws IOException;
    }

    private <T> T judged(Judging<T> judging) throws IOException {
        try {
            return judging.judge();
        } catch (BadContentException e) {
            throw new AdapterException(CodeClass.PERMANENT, manifest.id() + ": " + e.getMessage(), e);
        }
    }

    private Placed copyList(Workplace here, Path list) throws IOException {
        try (InputStream in = Files.newInputStream(here.fileList().orElseThrow())) {
            here.disk().create(list, in, PRIVATE_FILE, done -> {});
        }
        return new Placed(manifest.files(), manifest.fileCount(), List.of());
    }

    private static Placed writeList(List<FileEntry> entries, Path list, InstallDisk disk) throws IOException {
        FileList lines = new FileList();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        entries.forEach(entry -> all.writeBytes(lines.encode(entry)));
        disk.create(list, all.toByteArray(), PRIVATE_FILE);
        return new Placed(BlobRef.of(all.toByteArray()), entries.size(), List.of());
    }

    /** Unpacks some of the files, and only those, into a directory; by path in the tree. */
    Map<String, Path> again(Workplace here, Set<String> paths, Path directory) throws IOException {
        if (paths.isEmpty()) {
            return Map.of();
        }
        InstallDisk disk = here.disk();
        disk.createDirectories(here.staging());
        disk.delete(directory);
        disk.createDirectories(directory);
        Source source = source(here);
        Set<String> wanted = new HashSet<>(paths);
        Map<String, String> sameAs = new HashMap<>();
        judged(() -> {
            source.walk((item, data) -> {
                if (item instanceof Item.HardLink link && wanted.contains(link.path())) {
                    sameAs.put(link.path(), sameAs.getOrDefault(link.existing(), link.existing()));
                }
            });
            return true;
        });
        wanted.addAll(sameAs.values());
        Map<String, Path> again = new HashMap<>();
        judged(() -> {
            source.walk((item, data) -> {
                if (item instanceof Item.File file && wanted.contains(file.path())) {
                    Path path = directory.resolve(String.valueOf(again.size()));
                    disk.create(path, data, PRIVATE_FILE, done -> {});
                    again.put(file.path(), path);
                }
            });
            return true;
        });
        sameAs.forEach((path, existing) ->
                Optional.ofNullable(again.get(existing)).ifPresent(bytes -> again.put(path, bytes)));
        return again;
    }
}
