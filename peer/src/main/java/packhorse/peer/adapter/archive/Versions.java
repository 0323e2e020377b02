package packhorse.peer.adapter.archive;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.core.content.Manifest;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;
import packhorse.peer.adapter.InstallDisk;

/**
 * The directory of a line's versions.
 *
 * <pre>
 *   VERSION/                     a version, whole from the rename that made it
 *   .VERSION.packhorse           its marker: who put it there, what content, the how-manieth
 *   .VERSION.packhorse-…         a version on its way in or out; never looked at, swept away later
 * </pre>
 *
 * A marker comes before its version and goes after it. So a directory without one was left by somebody else, and is never touched.
 */
final class Versions {
    private static final String OWN = ".packhorse";
    private static final String GONE = OWN + "-gone";
    private static final String REMOVED = OWN + "-removed";
    private static final String ARRIVING = OWN + "-arriving";
    private static final String MENDING = OWN + "-mending";

    private static final int MARKER_MODE = 0644;
    private static final int MARKER_BYTES_MAX = 4 << 10;

    private final Path directory;
    private final InstallDisk disk;

    Versions(Path directory, InstallDisk disk) {
        this.directory = directory;
        this.disk = disk;
    }

    /**
     * Who put a version there.
     *
     * @param line its release's name
     * @param content of its pack
     * @param serial grows with each installation of the line
     */
    record Marker(ReleaseName line, Sha256 content, long serial) {
        byte[] encode() {
            return CanonicalJson.encode(JsonObject.of(Map.of(
                    "line", new JsonString(line.toString()),
                    "content", new JsonString(content.hex()),
                    "serial", new JsonInteger(serial))));
        }

        static Marker decode(byte[] bytes) {
            JsonFields fields = JsonFields.of(JsonReader.parse(bytes), "marker");
            Marker marker = new Marker(
                    ReleaseName.parse(fields.string("line")),
                    Sha256.parse(fields.string("content")),
                    fields.integer("serial", 0, Long.MAX_VALUE));
            fields.done();
            return marker;
        }
    }

    Path directory() {
        return directory;
    }

    Path of(String version) {
        return directory.resolve(version);
    }

    private Path marker(String version) {
        return directory.resolve("." + version + OWN);
    }

    private Path gone(String version) {
        return directory.resolve("." + version + GONE);
    }

    private Path removed(String version) {
        return directory.resolve("." + version + REMOVED);
    }

    /** Where one is copied to that comes from another file system. */
    Path arriving(String version) {
        return directory.resolve("." + version + ARRIVING);
    }

    /** For what a mended file is made as. */
    Path mending(String version) {
        return directory.resolve("." + version + MENDING);
    }

    boolean has(String version) {
        return Files.isDirectory(of(version), LinkOption.NOFOLLOW_LINKS);
    }

    /** All markers that can be read, by version. */
    SortedMap<String, Marker> markers() throws IOException {
        SortedMap<String, Marker> found = new TreeMap<>();
        for (String name : names()) {
            if (name.startsWith(".") && name.endsWith(OWN)) {
                String version = name.substring(1, name.length() - OWN.length());
                readMarker(version).ifPresent(marker -> found.put(version, marker));
            }
        }
        return found;
    }

    Optional<Marker> readMarker(String version) throws IOException {
        Path file = marker(version);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > MARKER_BYTES_MAX) {
            return Optional.empty();
        }
        try {
            return Optional.of(Marker.decode(Files.readAllBytes(file)));
        } catch (IllegalArgumentException e) {
            // Not of ours, or of a newer kind: whatever it stands for is not ours to touch.
            return Optional.empty();
        }
    }

    /** A version's marker, word for word. */
    Optional<String> markerText(String version) throws IOException {
        return KeptRecord.text(marker(version));
    }

    /** Says whose the version will be; the last installed of all. */
    void mark(String version, Manifest manifest) throws IOException {
        long last = 0;
        for (Map.Entry<String, Marker> other : markers().entrySet()) {
            if (!other.getKey().equals(version)) {
                last = Math.max(last, other.getValue().serial());
            }
        }
        Marker marker = new Marker(manifest.id().name(), manifest.content().sha256(), last + 1);
        KeptRecord.write(disk, marker(version), marker.encode(), MARKER_MODE);
    }

    void mark(String version, byte[] marker) throws IOException {
        KeptRecord.write(disk, marker(version), marker, MARKER_MODE);
    }

    /** Takes a version away for good, out of sight first; fine where it is not there. */
    void delete(String version) throws IOException {
        if (Files.exists(of(version), LinkOption.NOFOLLOW_LINKS)) {
            disk.delete(gone(version));
            disk.rename(of(version), gone(version));
            disk.force(directory);
        }
        clear(version);
        disk.delete(marker(version));
        disk.force(directory);
    }

    /** Deletes what a cut-off step of this version may have left, the version itself and its marker excepted. */
    void clear(String version) throws IOException {
        if (Files.isDirectory(directory)) {
            disk.delete(gone(version));
            disk.delete(arriving(version));
            disk.delete(mending(version));
            disk.delete(InstallDisk.freshBeside(marker(version)));
        }
    }

    /** Takes a version out of sight, so that it can be brought back. */
    void hide(String version) throws IOException {
        if (has(version)) {
            disk.rename(of(version), removed(version));
            disk.force(directory);
        }
    }

    void unhide(String version) throws IOException {
        if (Files.exists(removed(version), LinkOption.NOFOLLOW_LINKS)) {
            disk.rename(removed(version), of(version));
            disk.force(directory);
        }
    }

    /** Frees a hidden version. */
    void deleteHidden(String version) throws IOException {
        disk.delete(removed(version));
        clear(version);
        disk.delete(marker(version));
        disk.force(directory);
    }

    /** Deletes what deletions that were cut off have left of any version. */
    void sweep() throws IOException {
        for (String name : names()) {
            if (name.startsWith(".") && name.endsWith(GONE)) {
                disk.delete(directory.resolve(name));
            }
        }
    }

    private List<String> names() throws IOException {
        List<String> names = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
                all.forEach(path -> names.add(String.valueOf(path.getFileName())));
            }
        }
        names.sort(null);
        return names;
    }
}
