package packhorse.core.trust;

import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.JsonFields;

/**
 * Which versions of the targets files belong together (specification §4.4).
 *
 * @param version grows with every signing
 * @param expires when it ends
 * @param meta by file name; {@code targets.json} is always there
 */
record SnapshotMetadata(long version, Instant expires, SortedMap<String, MetaFile> meta) implements Metadata {
    SnapshotMetadata {
        meta = Collections.unmodifiableSortedMap(new TreeMap<>(meta));
    }

    static SnapshotMetadata read(Envelope envelope) {
        return Metadata.read(envelope, SnapshotMetadata::read);
    }

    private static SnapshotMetadata read(JsonFields fields) {
        Header header = Header.read(fields, Role.SNAPSHOT);
        JsonFields meta = fields.object("meta");
        SortedMap<String, MetaFile> files = new TreeMap<>();
        for (String name : meta.keys()) {
            files.put(name, MetaFile.read(meta.object(name)));
        }
        if (!files.containsKey(Role.TARGETS.fileName())) {
            throw new IllegalArgumentException("it does not list " + Role.TARGETS.fileName());
        }
        return new SnapshotMetadata(header.version(), header.expires(), files);
    }

    JsonObject toJson() {
        TreeMap<String, Json> members = Header.write(Role.SNAPSHOT, version, expires);
        TreeMap<String, Json> files = new TreeMap<>();
        meta.forEach((name, file) -> files.put(name, file.toJson()));
        members.put("meta", new JsonObject(files));
        return new JsonObject(members);
    }

    MetaFile targets() {
        MetaFile targets = meta.get(Role.TARGETS.fileName());
        if (targets == null) {
            throw new IllegalStateException("snapshot version " + version + " lists no targets");
        }
        return targets;
    }

    @Override
    public Role role() {
        return Role.SNAPSHOT;
    }
}
