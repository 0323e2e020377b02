package packhorse.peer.adapter.archive;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import packhorse.core.content.FileEntry.Owner;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonBoolean;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;

/**
 * What was there before a change, all that an undo needs.
 *
 * @param link what the link said, and whose it was, for one that root did not make; empty where there was none
 * @param present whether this version was there already
 * @param marker this version's marker, where it had one
 * @param missing directories that were not there, as the machine names them, outermost first
 * @param versions this line's versions that were there
 * @param placed the record in the line's home, where there was one
 * @param active whether that said it was in use
 */
record Captured(
        Optional<SwitchedLink.Said> link,
        boolean present,
        Optional<String> marker,
        List<String> missing,
        List<String> versions,
        Optional<String> placed,
        boolean active) {
    static final String FILE = "archive.json";

    byte[] encode() {
        Map<String, Json> out = new LinkedHashMap<>();
        link.ifPresent(said -> {
            out.put("link", new JsonString(said.target()));
            out.put("linkUid", new Json.JsonInteger(said.owner().uid()));
            out.put("linkGid", new Json.JsonInteger(said.owner().gid()));
        });
        out.put("present", new JsonBoolean(present));
        marker.ifPresent(text -> out.put("marker", new JsonString(text)));
        out.put("missing", strings(missing));
        out.put("versions", strings(versions));
        placed.ifPresent(text -> out.put("placed", new JsonString(text)));
        out.put("active", new JsonBoolean(active));
        return CanonicalJson.encode(JsonObject.of(out));
    }

    static Captured decode(byte[] bytes) {
        JsonFields fields = JsonFields.of(JsonReader.parse(bytes), "captured");
        Captured captured = new Captured(
                fields.optionalString("link")
                        .map(target -> new SwitchedLink.Said(
                                target, new Owner((int) fields.integer("linkUid", 0, Integer.MAX_VALUE), (int)
                                        fields.integer("linkGid", 0, Integer.MAX_VALUE)))),
                fields.bool("present"),
                fields.optionalString("marker"),
                fields.strings("missing"),
                fields.strings("versions"),
                fields.optionalString("placed"),
                fields.bool("active"));
        fields.done();
        return captured;
    }

    static JsonArray strings(List<String> words) {
        return new JsonArray(new ArrayList<>(words.stream().map(JsonString::new).toList()));
    }
}
