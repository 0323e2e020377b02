package packhorse.peer.adapter.exec;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import packhorse.core.content.BlobRef;
import packhorse.core.content.ContentHasher;
import packhorse.core.content.ContentHashes;
import packhorse.core.content.FileEntry;
import packhorse.core.content.FileEntryCodec;
import packhorse.core.content.InstallSection;
import packhorse.core.content.InstallSection.Activating;
import packhorse.core.content.InstallSection.Drift;
import packhorse.core.content.InstallSection.Hook;
import packhorse.core.content.InstallSection.HookMoment;
import packhorse.core.content.Kind;
import packhorse.core.content.Manifest;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Torrents;
import packhorse.core.content.Version;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.JsonReader;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Programs;
import packhorse.peer.adapter.Workplace;

/** A small published tree of programs, and the places to install it in. */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares two of them.
public record Published(Manifest manifest, byte[] content, byte[] list) {
    /** @param programs each file's path and text; every one is executable */
    public static Published tree(String version, Map<String, String> programs, InstallSection section) {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        ByteArrayOutputStream list = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(archive, "UTF-8")) {
            TreeMap<String, String> sorted = new TreeMap<>(programs);
            sorted.keySet().stream()
                    .filter(path -> path.contains("/"))
                    .map(path -> path.substring(0, path.lastIndexOf('/')))
                    .distinct()
                    .toList()
                    .forEach(directory -> sorted.put(directory, ""));
            for (Map.Entry<String, String> each : sorted.entrySet()) {
                boolean directory = each.getValue().isEmpty();
                byte[] bytes = each.getValue().getBytes(StandardCharsets.UTF_8);
                TarArchiveEntry entry = new TarArchiveEntry(each.getKey() + (directory ? "/" : ""));
                entry.setSize(bytes.length);
                tar.putArchiveEntry(entry);
                tar.write(bytes);
                tar.closeArchiveEntry();
                list.writeBytes(FileEntryCodec.encode(
                        directory
                                ? new FileEntry.Directory(each.getKey(), 0755, FileEntry.Owner.ROOT)
                                : new FileEntry.File(
                                        each.getKey(), 0750, FileEntry.Owner.ROOT, bytes.length, Sha256.of(bytes))));
            }
            tar.finish();
            return of(
                    version,
                    Manifest.Form.TREE,
                    "tree",
                    archive.toByteArray(),
                    list.toByteArray(),
                    sorted.size(),
                    section);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Published file(String name, String text, InstallSection section) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        byte[] list = FileEntryCodec.encode(
                new FileEntry.File(name, 0644, FileEntry.Owner.ROOT, bytes.length, Sha256.of(bytes)));
        return of("1", Manifest.Form.FILE, name, bytes, list, 1, section);
    }

    private static Published of(
            String version,
            Manifest.Form form,
            String name,
            byte[] content,
            byte[] list,
            int count,
            InstallSection section) {
        ContentHasher hasher = new ContentHasher(content.length);
        hasher.update(content);
        ContentHashes hashes = hasher.finish();
        Manifest manifest = new Manifest(
                new ReleaseId(ReleaseName.parse("acme/own"), Version.parse(version), Platform.ANY),
                Kind.PACKAGE,
                form,
                name,
                hashes.data(),
                BlobRef.of(list),
                count,
                List.of(Torrents.pack(hashes, false)),
                List.of(),
                Optional.of(section));
        return new Published(manifest, content, list);
    }

    /** @param settings JSON, in which ' stands for " */
    public static InstallSection section(String settings, Map<HookMoment, Hook> hooks) {
        return new InstallSection(
                "exec",
                (JsonObject) JsonReader.parse(settings.replace('\'', '"').getBytes(StandardCharsets.UTF_8)),
                hooks,
                new TreeMap<>(),
                Map.of(),
                List.of(),
                0,
                Activating.WITH_INSTALL,
                Drift.REPORT,
                List.of());
    }

    /** Its places below {@code place}; the machine's root is {@code place/root}. */
    public Workplace at(Path place, InstallDisk disk, Programs programs) throws IOException {
        for (String one : List.of("staging", "undo", "home", "root")) {
            Files.createDirectories(place.resolve(one));
        }
        Path pack = place.resolveSibling("pack-" + manifest.content().sha256());
        Path fileList = place.resolveSibling("list-" + manifest.files().sha256());
        if (!Files.exists(pack)) {
            Files.write(pack, content);
            Files.write(fileList, list);
        }
        return new Workplace(
                manifest,
                manifest.install().orElseThrow(),
                Optional.of(pack),
                Optional.of(fileList),
                place.resolve("staging"),
                place.resolve("undo"),
                place.resolve("home"),
                Optional.empty(),
                place.resolve("root"),
                disk,
                programs,
                new TreeMap<>(),
                done -> {});
    }
}
