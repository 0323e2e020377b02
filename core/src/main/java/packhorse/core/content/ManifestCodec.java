package packhorse.core.content;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;

/**
 * The one byte form of a manifest: canonical JSON without anything that varies, no date, no maker. Two publishers of the same
 * content under the same identity write the same bytes.
 *
 * <p>Reading refuses every byte string that is not exactly what writing makes: after decoding, the value is encoded again and
 * compared. So a manifest has one digest, and there is no second spelling that another reader could understand differently.
 *
 * <p>The format's version is {@code major.minor}. A greater one than this code knows is refused in so many words, before
 * anything else is looked at. {@code install} says how the release is put in place; in 1.0 it is an empty object,
 * and a release that is only distributed is written so to this day.
 */
public final class ManifestCodec {
    /** A manifest of one pack and 1,000 dependencies has about 100 kB; whoever sends more is wasting our memory. */
    public static final int BYTES_MAX = 1 << 20;

    static final String TYPE = "packhorse-manifest";

    private ManifestCodec() {}

    /** The manifest's canonical bytes. */
    public static byte[] encode(Manifest manifest) {
        Map<String, Json> out = DocumentFormat.start(TYPE, manifest.install().isPresent() ? 1 : 0);
        out.put("name", new JsonString(manifest.id().name().toString()));
        out.put("version", new JsonString(manifest.id().version().toString()));
        out.put("platform", new JsonString(manifest.id().platform().word()));
        out.put(
                "kind",
                new JsonString(
                        switch (manifest.kind()) {
                            case PACKAGE -> "package";
                            case IMAGE -> "image";
                        }));
        out.put(
                "form",
                new JsonString(
                        switch (manifest.form()) {
                            case FILE -> "file";
                            case TREE -> "tree";
                        }));
        out.put("contentName", new JsonString(manifest.contentName()));
        out.put("content", object(blob(manifest.content())));
        Map<String, Json> files = blob(manifest.files());
        files.put("count", new JsonInteger(manifest.fileCount()));
        out.put("files", object(files));
        out.put(
                "packs",
                new JsonArray(manifest.packs().stream().map(ManifestCodec::pack).toList()));
        out.put(
                "dependencies",
                new JsonArray(manifest.dependencies().stream()
                        .map(dependency -> object(Map.of(
                                "name", new JsonString(dependency.name().toString()),
                                "versions", new JsonString(dependency.versions().toString()))))
                        .toList()));
        out.put("install", manifest.install().map(InstallCodec::write).orElseGet(() -> object(Map.of())));
        return CanonicalJson.encode(object(out));
    }

    private static Json pack(Pack pack) {
        Map<String, Json> out = new LinkedHashMap<>();
        out.put("data", object(blob(pack.data())));
        out.put("pieceLength", new JsonInteger(pack.pieceLength()));
        out.put("infoHash", new JsonString(pack.infoHash().hex()));
        out.put("infoHashV2", new JsonString(pack.infoHashV2().hex()));
        out.put("piecesRoot", new JsonString(pack.piecesRoot().hex()));
        out.put("torrent", object(blob(pack.torrent())));
        pack.openSwarm()
                .ifPresent(open -> out.put(
                        "openSwarm",
                        object(Map.of(
                                "infoHash",
                                new JsonString(open.infoHash().hex()),
                                "torrent",
                                object(blob(open.torrent()))))));
        return object(out);
    }

    private static Map<String, Json> blob(BlobRef ref) {
        Map<String, Json> out = new LinkedHashMap<>();
        out.put("length", new JsonInteger(ref.length()));
        out.put("sha256", new JsonString(ref.sha256().hex()));
        return out;
    }

    private static Json object(Map<String, ? extends Json> members) {
        return JsonObject.of(members);
    }

    /** @throws BadContentException for every byte string that {@link #encode} does not make */
    public static Manifest decode(byte[] bytes) {
        return DocumentFormat.decode("manifest", TYPE, bytes, BYTES_MAX, fields -> {
            Manifest manifest = manifest(fields);
            return Arrays.equals(encode(manifest), bytes) ? Optional.of(manifest) : Optional.empty();
        });
    }

    private static Manifest manifest(JsonFields fields) {
        ReleaseId id = new ReleaseId(
                ReleaseName.parse(fields.string("name")),
                Version.parse(fields.string("version")),
                new Platform(fields.string("platform")));
        Kind kind = switch (fields.string("kind")) {
            case "package" -> Kind.PACKAGE;
            case "image" -> Kind.IMAGE;
            default ->
                throw new IllegalArgumentException(
                        "the kind is package or image, not \"" + fields.string("kind") + "\"");
        };
        Manifest.Form form = switch (fields.string("form")) {
            case "file" -> Manifest.Form.FILE;
            case "tree" -> Manifest.Form.TREE;
            default ->
                throw new IllegalArgumentException("the form is file or tree, not \"" + fields.string("form") + "\"");
        };
        JsonFields files = fields.object("files");
        long fileCount = files.integer("count");
        List<Pack> packs =
                fields.objects("packs").stream().map(ManifestCodec::pack).toList();
        List<Dependency> dependencies = fields.objects("dependencies").stream()
                .map(dependency -> {
                    Dependency read = new Dependency(
                            ReleaseName.parse(dependency.string("name")),
                            VersionRange.parse(dependency.string("versions")));
                    dependency.done();
                    return read;
                })
                .toList();
        Optional<InstallSection> install = InstallCodec.read(fields.object("install"));
        return new Manifest(
                id,
                kind,
                form,
                fields.string("contentName"),
                blob(fields.object("content")),
                blob(files),
                fileCount,
                packs,
                dependencies,
                install);
    }

    private static Pack pack(JsonFields fields) {
        Pack pack = new Pack(
                blob(fields.object("data")),
                (int) fields.integer("pieceLength", PieceLength.SMALLEST, PieceLength.LARGEST),
                InfoHash.parse(fields.string("infoHash")),
                Sha256.parse(fields.string("infoHashV2")),
                Sha256.parse(fields.string("piecesRoot")),
                blob(fields.object("torrent")),
                fields.optionalObject("openSwarm").map(open -> {
                    Pack.OpenSwarm sibling =
                            new Pack.OpenSwarm(InfoHash.parse(open.string("infoHash")), blob(open.object("torrent")));
                    open.done();
                    return sibling;
                }));
        fields.done();
        return pack;
    }

    private static BlobRef blob(JsonFields fields) {
        BlobRef ref = new BlobRef(Sha256.parse(fields.string("sha256")), fields.integer("length"));
        fields.done();
        return ref;
    }
}
