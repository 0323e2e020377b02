package packhorse.core.trust;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.JsonFields;

/**
 * Which snapshot is the newest (specification §4.6).
 *
 * @param version grows with every signing
 * @param expires when it ends; short, it is what ends a freeze
 * @param snapshot what it says about the snapshot
 */
record TimestampMetadata(long version, Instant expires, MetaFile snapshot) implements Metadata {
    static TimestampMetadata read(Envelope envelope) {
        return Metadata.read(envelope, TimestampMetadata::read);
    }

    private static TimestampMetadata read(JsonFields fields) {
        Header header = Header.read(fields, Role.TIMESTAMP);
        JsonFields meta = fields.object("meta");
        return new TimestampMetadata(
                header.version(), header.expires(), MetaFile.read(meta.object(Role.SNAPSHOT.fileName())));
    }

    JsonObject toJson() {
        TreeMap<String, Json> members = Header.write(Role.TIMESTAMP, version, expires);
        members.put("meta", JsonObject.of(Map.of(Role.SNAPSHOT.fileName(), snapshot.toJson())));
        return new JsonObject(members);
    }

    @Override
    public Role role() {
        return Role.TIMESTAMP;
    }
}
