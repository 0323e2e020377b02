package packhorse.peer.adapter.packages;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
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
import packhorse.core.content.InstallSection;
import packhorse.core.content.InstallSection.Activating;
import packhorse.core.content.InstallSection.Drift;
import packhorse.core.content.Kind;
import packhorse.core.content.Manifest;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Torrents;
import packhorse.core.content.Version;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.JsonReader;
import packhorse.peer.adapter.Adapter;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Placement;
import packhorse.peer.adapter.Programs;
import packhorse.peer.adapter.Workplace;
import packhorse.peer.adapter.testing.TreePicture;
import packhorse.peer.hook.MachinePrograms;
import packhorse.peer.hook.RunLimits;

/** One release line of packages on a scratch machine below a directory: {@code root}, and the line's own places beside it. */
public final class PackageLine {
    private static final MachinePrograms MACHINE = new MachinePrograms(RunLimits.DEFAULT);

    private final Path place;
    private final Adapter adapter;
    private Programs programs = MACHINE;
    private Optional<Release> inPlace = Optional.empty();

    /** A published release of packages; its content is a file. */
    public record Release(Manifest manifest, Path content) {}

    public PackageLine(Path place, Adapter adapter) throws IOException {
        this.place = place;
        this.adapter = adapter;
        Files.createDirectories(root());
    }

    public Path root() {
        return place.resolve("root");
    }

    public Programs programs() {
        return programs;
    }

    public void programs(Programs others) {
        this.programs = others;
    }

    /** What the machine looks like. */
    public TreePicture picture() throws IOException {
        return TreePicture.of(root());
    }

    /** @param settings JSON, in which ' stands for " */
    public Release release(String version, Path packageFile, String settings) throws IOException {
        return release(version, Manifest.Form.FILE, String.valueOf(packageFile.getFileName()), packageFile, settings);
    }

    /** Several packages as a tree. */
    public Release tree(String version, List<Path> packageFiles, String settings) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8")) {
            for (Path file : packageFiles) {
                TarArchiveEntry entry = new TarArchiveEntry("packages/" + file.getFileName());
                entry.setSize(Files.size(file));
                tar.putArchiveEntry(entry);
                Files.copy(file, tar);
                tar.closeArchiveEntry();
            }
        }
        Path archive = place.resolve("tree-" + version + ".tar");
        Files.write(archive, bytes.toByteArray());
        return release(version, Manifest.Form.TREE, "tree", archive, settings);
    }

    /** A tree that somebody else packed. */
    public Release packed(String version, Path archive, String settings) throws IOException {
        return release(version, Manifest.Form.TREE, "tree", archive, settings);
    }

    private Release release(String version, Manifest.Form form, String name, Path content, String settings)
            throws IOException {
        ContentHasher hasher = new ContentHasher(Files.size(content));
        hasher.update(Files.readAllBytes(content));
        ContentHashes hashes = hasher.finish();
        InstallSection section = new InstallSection(
                adapter.name(),
                (JsonObject)
                        JsonReader.parse(settings.replace('\'', '"').getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                Map.of(),
                new TreeMap<>(),
                Map.of(),
                List.of(),
                0,
                Activating.WITH_INSTALL,
                Drift.REPORT,
                List.of());
        Manifest manifest = new Manifest(
                new ReleaseId(ReleaseName.parse("acme/app"), Version.parse(version), Platform.ANY),
                Kind.PACKAGE,
                form,
                name,
                hashes.data(),
                BlobRef.of(new byte[] {1}),
                1,
                List.of(Torrents.pack(hashes, false)),
                List.of(),
                Optional.of(section));
        return new Release(manifest, content);
    }

    public Placement placement(Release release) {
        return adapter.read(release.manifest(), release.manifest().install().orElseThrow());
    }

    /** The places of a transaction for {@code release}; the staging and undo directories are the line's only ones. */
    public Workplace workplace(Release release, InstallDisk disk) throws IOException {
        return new Workplace(
                release.manifest(),
                release.manifest().install().orElseThrow(),
                Optional.of(release.content()),
                Optional.empty(),
                made("staging"),
                made("undo"),
                made("home-" + release.manifest().id().version()),
                inPlace.map(former -> new Workplace.Previous(
                        former.manifest(),
                        former.manifest().install().orElseThrow(),
                        place.resolve("home-" + former.manifest().id().version()),
                        Optional.of(former.content()))),
                root(),
                disk,
                programs,
                new TreeMap<>(),
                done -> {});
    }

    private Path made(String name) throws IOException {
        return Files.createDirectories(place.resolve(name));
    }

    /** Up to the point where something is changed. */
    public Workplace prepared(Release release) throws IOException {
        Placement placement = placement(release);
        InstallDisk.real().delete(place.resolve("staging"));
        InstallDisk.real().delete(place.resolve("undo"));
        Workplace here = workplace(release, InstallDisk.real());
        List<String> obstacles = placement.precheck(here);
        if (!obstacles.isEmpty()) {
            throw new IllegalStateException(String.join("; ", obstacles));
        }
        placement.prepare(here);
        placement.capture(here);
        return here;
    }

    /** Installs it whole, and keeps it where {@code verify} finds nothing. */
    public Workplace install(Release release) throws IOException {
        Workplace here = prepared(release);
        Placement placement = placement(release);
        placement.apply(here);
        placement.activate(here);
        List<String> differences = placement.verify(here);
        if (!differences.isEmpty()) {
            throw new IllegalStateException(String.join("; ", differences));
        }
        return here;
    }

    /** The transaction is over, and this release is what is in place. */
    public void keep(Release release) throws IOException {
        placement(release).commit(workplace(release, InstallDisk.real()));
        inPlace = Optional.of(release);
    }

    /** Installs it, and the transaction is over. */
    public void settle(Release release) throws IOException {
        install(release);
        keep(release);
    }

    /** What is said before anything is changed. */
    public List<String> obstacles(Release release) throws IOException {
        return placement(release).precheck(workplace(release, InstallDisk.real()));
    }

    /** What is not as it was put there. */
    public List<String> differences(Release release) throws IOException {
        return placement(release).verify(workplace(release, InstallDisk.real()));
    }

    /** Begins with what fails, and takes it back; returns what was said. */
    public AdapterException failing(Release release) throws IOException {
        Workplace here = prepared(release);
        try {
            placement(release).apply(here);
        } catch (AdapterException failed) {
            placement(release).undo(here);
            return failed;
        }
        throw new AssertionError(release.manifest().id() + " was applied");
    }
}
