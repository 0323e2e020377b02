package packhorse.peer.adapter.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
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
import packhorse.core.content.Sha256;
import packhorse.core.content.Torrents;
import packhorse.core.content.Version;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.JsonReader;
import packhorse.peer.adapter.Adapter;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Placement;
import packhorse.peer.adapter.Workplace;

/** A small machine in a directory, for releases that are one file: {@code root} is its root, the rest is the installer's. */
public record ScratchMachine(Path place, SortedMap<String, String> variables) {
    /** A release and its bytes. */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares two of them.
    public record Release(Adapter adapter, Manifest manifest, byte[] content) {
        public InstallSection section() {
            return manifest.install().orElseThrow();
        }

        public String version() {
            return manifest.id().version().toString();
        }

        public Placement placement() {
            return adapter.read(manifest, section());
        }
    }

    public ScratchMachine(Path place) {
        this(place, new TreeMap<>());
    }

    /** @param settings as JSON, with ' for " */
    public static Release release(
            Adapter adapter, Kind kind, String version, String contentName, byte[] content, String settings) {
        ContentHasher hasher = new ContentHasher(content.length);
        hasher.update(content);
        ContentHashes hashes = hasher.finish();
        byte[] list = new FileList()
                .encode(new FileEntry.File(
                        contentName, 0644, FileEntry.Owner.ROOT, content.length, Sha256.of(content)));
        InstallSection section = new InstallSection(
                adapter.name(),
                (JsonObject)
                        JsonReader.parse(settings.replace('\'', '"').getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                Map.of(),
                new TreeMap<>(),
                Map.of(),
                List.of(),
                0,
                InstallSection.Activating.WITH_INSTALL,
                InstallSection.Drift.REPORT,
                List.of());
        Manifest manifest = new Manifest(
                new ReleaseId(ReleaseName.parse("acme/app"), Version.parse(version), Platform.ANY),
                kind,
                Manifest.Form.FILE,
                contentName,
                hashes.data(),
                BlobRef.of(list),
                1,
                List.of(Torrents.pack(hashes, false)),
                List.of(),
                Optional.of(section));
        return new Release(adapter, manifest, content);
    }

    public Path root() {
        return place.resolve("root");
    }

    public Path file(String absolute) {
        return root().resolve(absolute.substring(1));
    }

    /** A file of the machine, with its directories. */
    public Path write(String absolute, String text) throws IOException {
        Files.createDirectories(file(absolute).getParent());
        return Files.writeString(file(absolute), text);
    }

    public String read(String absolute) throws IOException {
        return Files.readString(file(absolute));
    }

    /** The directories, and contents that have arrived. */
    public ScratchMachine with(Release... releases) throws IOException {
        for (String name : List.of("root", "packs", "home", "staging", "undo")) {
            Files.createDirectories(place.resolve(name));
        }
        for (Release release : releases) {
            Files.createDirectories(place.resolve("home").resolve(release.version()));
            Files.write(place.resolve("packs").resolve(release.version()), release.content());
        }
        return this;
    }

    public Workplace at(Release release, Optional<Release> previous, boolean content, InstallDisk disk) {
        return new Workplace(
                release.manifest(),
                release.section(),
                content ? Optional.of(place.resolve("packs").resolve(release.version())) : Optional.empty(),
                Optional.empty(),
                place.resolve("staging"),
                place.resolve("undo"),
                place.resolve("home").resolve(release.version()),
                previous.map(before -> new Workplace.Previous(
                        before.manifest(),
                        before.section(),
                        place.resolve("home").resolve(before.version()),
                        Optional.empty())),
                root(),
                disk,
                new NoPrograms(),
                variables,
                done -> {});
    }

    public Workplace at(Release release) {
        return at(release, Optional.empty(), true, InstallDisk.real());
    }

    /** From the first look to the last. */
    public void install(Release release, Optional<Release> previous, InstallDisk disk) throws IOException {
        Workplace here = at(release, previous, true, disk);
        Placement placement = release.placement();
        assertEquals(List.of(), placement.precheck(here));
        placement.prepare(here);
        placement.capture(here);
        placement.apply(here);
        placement.activate(here);
        assertEquals(List.of(), placement.verify(here));
    }

    /** The same, and for good. */
    public void commit(Release release, Optional<Release> previous) throws IOException {
        install(release, previous, InstallDisk.real());
        release.placement().commit(at(release, previous, false, InstallDisk.real()));
        clear();
    }

    public void install(Release release) throws IOException {
        install(release, Optional.empty(), InstallDisk.real());
    }

    public void commit(Release release) throws IOException {
        commit(release, Optional.empty());
    }

    public void undo(Release release, Optional<Release> previous, InstallDisk disk) throws IOException {
        release.placement().undo(at(release, previous, false, disk));
    }

    public void undo(Release release) throws IOException {
        undo(release, Optional.empty(), InstallDisk.real());
    }

    /** Takes it off, to the last look. */
    public void remove(Release release, InstallDisk disk) throws IOException {
        Workplace here = at(release, Optional.empty(), false, disk);
        Placement placement = release.placement();
        assertEquals(List.of(), placement.precheck(here));
        placement.capture(here);
        placement.remove(here);
        assertEquals(List.of(), placement.verifyRemoved(here));
    }

    public List<String> verify(Release release) throws IOException {
        return release.placement().verify(at(release, Optional.empty(), false, InstallDisk.real()));
    }

    /** As the engine does at a transaction's end. */
    public void clear() throws IOException {
        for (String name : List.of("staging", "undo")) {
            InstallDisk.real().delete(place.resolve(name));
            Files.createDirectory(place.resolve(name));
        }
    }
}
