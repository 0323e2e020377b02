package packhorse.peer.adapter.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.OwnRecord;

/** What the adapter writes down for later: plans and origins in a home, what was captured beside the undo. Each is replaced whole. */
final class Records {
    private static final String PLAN = "plan.json";
    private static final String ORIGIN = "origin.json";
    private static final String CAPTURED = "captured.json";
    private static final String APPLIED = "applied.json";
    /** They hold other programs' passwords. */
    private static final int MODE = 0600;

    /**
     * What was there before anything was changed.
     *
     * @param files by the paths of the settings
     * @param places where each really is, below the root
     * @param made directories that were missing, outermost first
     * @param home the home's own files, so that they can be put back
     */
    record Captured(
            SortedMap<String, Seen> files, Map<String, String> places, List<String> made, Map<String, String> home) {}

    /**
     * What was there before the line's first release.
     *
     * @param made directories that it made, outermost first
     */
    record Origin(SortedMap<String, Seen> files, List<String> made) {
        static final Origin NONE = new Origin(new TreeMap<>(), List.of());

        Map<String, Optional<String>> texts() {
            Map<String, Optional<String>> texts = new LinkedHashMap<>();
            files.forEach((file, seen) -> texts.put(file, seen.text()));
            return texts;
        }
    }

    private final InstallDisk disk;

    Records(InstallDisk disk) {
        this.disk = disk;
    }

    // ---- plans ----

    Optional<Plan> plan(Path directory) throws IOException {
        return read(directory.resolve(PLAN), OwnRecord.Use.PLACED, Plan::decode);
    }

    void plan(Path directory, Plan plan) throws IOException {
        disk.replace(directory.resolve(PLAN), plan.encode(), MODE);
    }

    // ---- origins ----

    Origin origin(Path home) throws IOException {
        return read(home.resolve(ORIGIN), OwnRecord.Use.PLACED, bytes -> {
                    JsonFields fields = fields(bytes, ORIGIN);
                    return new Origin(seen(fields.object("files")), fields.strings("made"));
                })
                .orElse(Origin.NONE);
    }

    void origin(Path home, Origin origin) throws IOException {
        disk.replace(
                home.resolve(ORIGIN),
                CanonicalJson.encode(JsonObject.of(Map.of(
                        "files", seen(origin.files()),
                        "made", strings(origin.made())))),
                MODE);
    }

    // ---- captured ----

    Optional<Captured> captured(Path undo) throws IOException {
        return read(undo.resolve(CAPTURED), OwnRecord.Use.UNDO, bytes -> {
            JsonFields fields = fields(bytes, CAPTURED);
            return new Captured(
                    seen(fields.object("files")),
                    map(fields.object("places")),
                    fields.strings("made"),
                    map(fields.object("home")));
        });
    }

    void captured(Path undo, Captured captured) throws IOException {
        disk.replace(
                undo.resolve(CAPTURED),
                CanonicalJson.encode(JsonObject.of(Map.of(
                        "files", seen(captured.files()),
                        "places", map(captured.places()),
                        "made", strings(captured.made()),
                        "home", map(captured.home())))),
                MODE);
    }

    /** What is in a home now. */
    Map<String, String> home(Path home) throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        for (String name : List.of(PLAN, ORIGIN)) {
            bytes(home.resolve(name))
                    .ifPresent(bytes ->
                            files.put(name, java.util.Base64.getEncoder().encodeToString(bytes)));
        }
        return files;
    }

    void home(Path home, Map<String, String> files) throws IOException {
        for (String name : List.of(PLAN, ORIGIN)) {
            String kept = files.get(name);
            if (kept == null) {
                delete(home.resolve(name));
            } else {
                disk.replace(home.resolve(name), java.util.Base64.getDecoder().decode(kept), MODE);
            }
        }
    }

    // ---- applied ----

    /** The digest of each text that was put in place, written before it was; empty where none was. */
    Optional<Map<String, String>> applied(Path undo) throws IOException {
        return read(undo.resolve(APPLIED), OwnRecord.Use.UNDO, bytes -> map(fields(bytes, APPLIED)));
    }

    void applied(Path undo, Map<String, String> digests) throws IOException {
        disk.replace(undo.resolve(APPLIED), CanonicalJson.encode(map(digests)), MODE);
    }

    void forget(Path undo) throws IOException {
        delete(undo.resolve(APPLIED));
        delete(undo.resolve(CAPTURED));
    }

    // ---- files ----

    private void delete(Path file) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            return;
        }
        disk.delete(InstallDisk.freshBeside(file));
        disk.delete(file);
        disk.force(parent);
    }

    private static <T> Optional<T> read(Path file, OwnRecord.Use use, Function<byte[], T> decode) throws IOException {
        return Files.exists(file) ? Optional.of(OwnRecord.read(file, use, decode)) : Optional.empty();
    }

    private static Optional<byte[]> bytes(Path file) throws IOException {
        return Files.exists(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
    }

    private static JsonFields fields(byte[] bytes, String name) {
        return JsonFields.of(JsonReader.parse(bytes), name);
    }

    private static Json seen(SortedMap<String, Seen> files) {
        Map<String, Json> out = new LinkedHashMap<>();
        files.forEach((file, seen) -> out.put(file, seen.write()));
        return JsonObject.of(out);
    }

    private static SortedMap<String, Seen> seen(JsonFields fields) {
        SortedMap<String, Seen> files = new TreeMap<>();
        for (String file : fields.keys()) {
            files.put(file, Seen.read(fields.object(file)));
        }
        return files;
    }

    private static Json map(Map<String, String> map) {
        Map<String, Json> out = new LinkedHashMap<>();
        map.forEach((key, value) -> out.put(key, new JsonString(value)));
        return JsonObject.of(out);
    }

    private static Map<String, String> map(JsonFields fields) {
        Map<String, String> map = new LinkedHashMap<>();
        for (String key : fields.keys()) {
            map.put(key, fields.string(key));
        }
        return map;
    }

    private static JsonArray strings(List<String> strings) {
        return new JsonArray(strings.stream().<Json>map(JsonString::new).toList());
    }
}
