package packhorse.peer.adapter.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
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
import packhorse.core.content.Sha256;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.PortionsInput;
import packhorse.peer.adapter.Workplace;

/**
 * What a release brings, whichever kind of archive it is: judged and unpacked into staging, whole or only some files of it again.
 *
 * <p>What is stored as it is can be judged to its end by its headers, before anything is written. What is compressed would be
 * decompressed a second time for that; so each of its entries is judged and then written, links only after the last, and when the end
 * shows that it is bad, all of it is taken away again. That is safe because staging is the installer's own: nobody else looks into it,
 * nothing leads out of it, and what a rule about several entries is still to find cannot lead a write elsewhere, since entries below a
 * file or a link, and the same twice, are found at once. And it keeps within what is free: where that may not be enough, it is judged
 * first all the same, so that a disk is not filled in order to find out that it is too small.
 */
final class Content {
    private static final int PRIVATE_FILE = 0600;
    /** What a compressed archive becomes is not known before it is read; unpacking counts, and looks again before it writes. */
    private static final long UNPACKED_GUESS = 4;
    /** A file's last block, its name and its inode. */
    private static final long BYTES_BESIDE_ENTRY = 4096;
    /** For others who write there meanwhile, while nobody knows yet how much it will be. */
    private static final long ROOM_LEFT = 64L << 20;

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
        InstallDisk disk = here.disk();
        disk.createDirectories(here.staging());
        disk.delete(tree);
        disk.delete(list);
        return disk.staying(() -> unpack(here, source, tree, list));
    }

    private Placed unpack(Workplace here, Source source, Path tree, Path list) throws IOException {
        InstallDisk disk = here.disk();
        Optional<List<FileEntry>> whole = settings.format().isPacked() ? atOnce(here, source, tree) : Optional.empty();
        if (whole.isPresent()) {
            return writeList(whole.get(), list, disk);
        }
        requireRoom(here, survey(source));
        List<FileEntry> written = judged(() -> {
            Unpacker unpacker = Unpacker.into(tree, disk, here.progress());
            source.walk(unpacker);
            return unpacker.finish();
        });
        return settings.format() == Format.TREE ? copyList(here, list) : writeList(written, list, disk);
    }

    /** Judges and unpacks in one go. Empty, and nothing left, where that would not do: it has to be judged first then. */
    private Optional<List<FileEntry>> atOnce(Workplace here, Source source, Path tree) throws IOException {
        InstallDisk disk = here.disk();
        long room = disk.usableBytes(here.staging()) - ROOM_LEFT;
        Survey survey = new Survey(settings.limits(), manifest.content().length());
        try {
            return judged(() -> {
                Unpacker unpacker = Unpacker.into(tree, disk, here.progress());
                source.walk((item, data) -> {
                    survey.visit(item, data);
                    if (needed(survey.soFar()) > room) {
                        throw new TightException();
                    }
                    unpacker.visit(item, data);
                });
                survey.found();
                return Optional.of(unpacker.finish());
            });
        } catch (TightException | FileAlreadyExistsException e) {
            // Too little room, or two names that are one on this file system: what is wrong is found without writing.
            disk.delete(tree);
            return Optional.empty();
        } catch (AdapterException refused) {
            try {
                disk.delete(tree);
            } catch (IOException e) {
                // Taken away with the whole transaction's.
                refused.addSuppressed(e);
            }
            throw refused;
        }
    }

    /** There may be too little room for what an archive becomes. */
    private static final class TightException extends IOException {
        private static final long serialVersionUID = 1;
    }

    private void requireRoom(Workplace here, Survey.Found found) throws IOException {
        long needed = needed(found);
        long usable = here.disk().usableBytes(here.staging());
        if (usable < needed) {
            throw new AdapterException(
                    CodeClass.ENVIRONMENT,
                    manifest.id() + " unpacks to " + needed + " bytes, and " + usable + " are free at " + here.staging()
                            + "; free some");
        }
    }

    private static long needed(Survey.Found found) {
        return found.bytes() + found.paths() * BYTES_BESIDE_ENTRY;
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
        MessageDigest digest = Sha256.newDigest();
        long[] length = {0};
        Iterator<byte[]> portions = entries.stream()
                .map(entry -> {
                    byte[] line = lines.encode(entry);
                    digest.update(line);
                    length[0] += line.length;
                    return line;
                })
                .iterator();
        disk.create(list, new PortionsInput(portions), PRIVATE_FILE, done -> {});
        return new Placed(new BlobRef(Sha256.ofDigest(digest.digest()), length[0]), entries.size(), List.of());
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
