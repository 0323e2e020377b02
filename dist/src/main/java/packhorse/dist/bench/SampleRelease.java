package packhorse.dist.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import packhorse.core.content.BlobRef;
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
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.JsonReader;

/** A release of one file, as a publisher would have signed it, to be put in place and measured. */
record SampleRelease(Manifest manifest, Path content, Path fileList) {
    private static final int MODE = 0644;

    /**
     * Describes {@code content}, and writes its file list beside it.
     *
     * @param adapter what puts it in place, and the product's name
     * @param settings the adapter's, as JSON
     */
    static SampleRelease of(Path content, Kind kind, String version, String adapter, String settings) {
        ContentHashes hashes = SampleFile.hashes(content);
        String name = String.valueOf(content.getFileName());
        byte[] line = new FileList()
                .encode(new FileEntry.File(name, MODE, FileEntry.Owner.ROOT, hashes.length(), hashes.sha256()));
        Path list = content.resolveSibling(name + ".list");
        try {
            Files.write(list, line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Manifest manifest = new Manifest(
                new ReleaseId(ReleaseName.parse("bench/" + adapter), Version.parse(version), Platform.ANY),
                kind,
                Manifest.Form.FILE,
                name,
                hashes.data(),
                BlobRef.of(line),
                1,
                List.of(Torrents.pack(hashes, false)),
                List.of(),
                Optional.of(new InstallSection(
                        adapter,
                        (JsonObject) JsonReader.parse(settings.getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                        Map.of(),
                        new TreeMap<>(),
                        Map.of(),
                        List.of(),
                        0,
                        InstallSection.Activating.WITH_INSTALL,
                        InstallSection.Drift.REPORT,
                        List.of())));
        return new SampleRelease(manifest, content, list);
    }
}
