package packhorse.peer.adapter.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import packhorse.core.content.BlobRef;
import packhorse.core.content.ContentHasher;
import packhorse.core.content.ContentHashes;
import packhorse.core.content.FileEntry;
import packhorse.core.content.FileList;
import packhorse.core.content.InstallSection;
import packhorse.core.content.Kind;
import packhorse.core.content.Manifest;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Torrents;
import packhorse.core.content.Version;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Placement;
import packhorse.peer.adapter.Workplace;
import packhorse.peer.adapter.testing.NoPrograms;

/**
 * A small machine in a directory: {@code root} is its root, {@code packs} has the contents, {@code home} what is kept of each
 * version, {@code staging} and {@code undo} what is under way.
 */
final class World {
    static final String INTO = "/opt/acme/app";

    private World() {}

    /** A release with all that its installation needs. */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares two of them.
    record Release(Manifest manifest, byte[] content, byte[] fileList) {
        InstallSection section() {
            return manifest.install().orElseThrow();
        }

        String version() {
            return manifest.id().version().toString();
        }

        Placement placement() {
            return new ArchiveAdapter().read(manifest, section());
        }
    }

    static JsonObject settings(Map<String, ? extends Json> more) {
        Map<String, Json> all = new LinkedHashMap<>(more);
        all.putIfAbsent("into", new JsonString(INTO));
        return JsonObject.of(all);
    }

    static Release archive(String version, String contentName, byte[] content) {
        return archive(version, contentName, content, settings(Map.of()));
    }

    static Release archive(String version, String contentName, byte[] content, JsonObject settings) {
        byte[] list = FileEntryLine.of(contentName, content);
        return new Release(
                manifest("acme/app", version, Manifest.Form.FILE, contentName, content, list, 1, settings),
                content,
                list);
    }

    /** A published tree whose archive is as its list says, unless the archive is given. */
    static Release tree(String version, byte[] archive, List<FileEntry> entries) {
        FileList list = new FileList();
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        entries.forEach(entry -> lines.writeBytes(list.encode(entry)));
        return new Release(
                manifest(
                        "acme/app",
                        version,
                        Manifest.Form.TREE,
                        "app",
                        archive,
                        lines.toByteArray(),
                        entries.size(),
                        settings(Map.of())),
                archive,
                lines.toByteArray());
    }

    static Manifest manifest(
            String name,
            String version,
            Manifest.Form form,
            String contentName,
            byte[] content,
            byte[] list,
            long count,
            JsonObject settings) {
        ContentHasher hasher = new ContentHasher(content.length);
        hasher.update(content);
        ContentHashes hashes = hasher.finish();
        return new Manifest(
                new ReleaseId(ReleaseName.parse(name), Version.parse(version), Platform.ANY),
                Kind.PACKAGE,
                form,
                contentName,
                hashes.data(),
                BlobRef.of(list),
                count,
                List.of(Torrents.pack(hashes, false)),
                List.of(),
                Optional.of(section(settings)));
    }

    static InstallSection section(JsonObject settings) {
        return new InstallSection(
                "archive",
                settings,
                Map.of(),
                new TreeMap<>(),
                Map.of(),
                List.of(),
                0,
                InstallSection.Activating.WITH_INSTALL,
                InstallSection.Drift.REPORT,
                List.of());
    }

    /** An empty machine on which the releases' contents have arrived. */
    static void build(Path place, Release... releases) throws IOException {
        for (String name : List.of("root", "packs", "home", "staging", "undo")) {
            Files.createDirectories(place.resolve(name));
        }
        for (Release release : releases) {
            Files.createDirectories(place.resolve("home").resolve(release.version()));
            Files.write(place.resolve("packs").resolve(release.version()), release.content());
            Files.write(place.resolve("packs").resolve(release.version() + ".list"), release.fileList());
        }
    }

    static Workplace at(Path place, Release release, Optional<Release> previous, InstallDisk disk) {
        return new Workplace(
                release.manifest(),
                release.section(),
                Optional.of(place.resolve("packs").resolve(release.version())),
                Optional.of(place.resolve("packs").resolve(release.version() + ".list")),
                place.resolve("staging"),
                place.resolve("undo"),
                place.resolve("home").resolve(release.version()),
                previous.map(before -> new Workplace.Previous(
                        before.manifest(),
                        before.section(),
                        place.resolve("home").resolve(before.version()),
                        Optional.empty())),
                place.resolve("root"),
                disk,
                new NoPrograms(),
                new TreeMap<>(),
                done -> {});
    }

    /** From the first look to the last, and committed. */
    static void install(Path place, Release release, Optional<Release> previous) throws IOException {
        Workplace here = at(place, release, previous, InstallDisk.real());
        toVerified(here, release.placement());
        release.placement().commit(here);
        clear(place, InstallDisk.real());
    }

    static void toVerified(Workplace here, Placement placement) throws IOException {
        assertEquals(List.of(), placement.precheck(here));
        placement.prepare(here);
        placement.capture(here);
        placement.apply(here);
        placement.activate(here);
        assertEquals(List.of(), placement.verify(here));
    }

    /** As the engine does at a transaction's end. */
    static void clear(Path place, InstallDisk disk) throws IOException {
        for (String name : List.of("staging", "undo")) {
            disk.delete(place.resolve(name));
            disk.createDirectory(place.resolve(name), 0755);
        }
        disk.force(place);
    }

    /** The list of a single published file. */
    private static final class FileEntryLine {
        static byte[] of(String name, byte[] content) {
            return new FileList()
                    .encode(new FileEntry.File(
                            name,
                            0644,
                            FileEntry.Owner.ROOT,
                            content.length,
                            packhorse.core.content.Sha256.of(content)));
        }
    }
}
