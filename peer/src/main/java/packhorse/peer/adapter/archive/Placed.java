package packhorse.peer.adapter.archive;

import java.util.List;
import java.util.Map;
import packhorse.core.content.BlobRef;
import packhorse.core.content.Sha256;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;

/**
 * What is known of a version that was unpacked, in {@code staging} before it is in place and in the line's home after.
 *
 * @param list the file list beside this record
 * @param count its entries
 * @param made directories above the versions that this line made and its removal takes away, outermost first
 */
record Placed(BlobRef list, long count, List<String> made) {
    static final String FILE = "archive.json";
    static final String LIST = "files.ndjson";
    /** There while the link is meant to lead to this version. */
    static final String ACTIVE = "active";

    byte[] encode() {
        return CanonicalJson.encode(JsonObject.of(Map.of(
                "sha256", new JsonString(list.sha256().hex()),
                "length", new JsonInteger(list.length()),
                "count", new JsonInteger(count),
                "made", Captured.strings(made))));
    }

    static Placed decode(byte[] bytes) {
        JsonFields fields = JsonFields.of(JsonReader.parse(bytes), "placed");
        Placed placed = new Placed(
                new BlobRef(Sha256.parse(fields.string("sha256")), fields.integer("length", 1, Long.MAX_VALUE)),
                fields.integer("count", 1, Long.MAX_VALUE),
                fields.strings("made"));
        fields.done();
        return placed;
    }

    Placed withMade(List<String> directories) {
        return new Placed(list, count, directories);
    }
}
