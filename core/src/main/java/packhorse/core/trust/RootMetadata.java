package packhorse.core.trust;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonBoolean;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;

/**
 * Whose keys count for which role (specification §4.3).
 *
 * @param version one more than the root before it
 * @param expires when it ends
 * @param consistentSnapshot whether files carry their version or digest in their name (§6.2)
 * @param keySets each role's keys and threshold; keys of schemes unknown here are left out, they cannot count
 */
record RootMetadata(long version, Instant expires, boolean consistentSnapshot, Map<Role, KeySet> keySets)
        implements Metadata {
    /** More keys than any ceremony has; bounds the work a file can ask for. */
    static final int KEYS_MAX = 1024;

    RootMetadata {
        keySets = Collections.unmodifiableMap(new EnumMap<>(keySets));
    }

    static RootMetadata read(Envelope envelope) {
        return Metadata.read(envelope, RootMetadata::read);
    }

    private static RootMetadata read(JsonFields fields) {
        Header header = Header.read(fields, Role.ROOT);
        Map<String, VerifyingKey> keys = readKeys(fields.object("keys"));
        JsonFields roles = fields.object("roles");
        Map<Role, KeySet> keySets = new EnumMap<>(Role.class);
        for (Role role : Role.values()) {
            keySets.put(role, readKeySet(roles.object(role.word()), keys));
        }
        boolean consistent = fields.optionalBool("consistent_snapshot").orElse(false);
        return new RootMetadata(header.version(), header.expires(), consistent, keySets);
    }

    /** A key stands under the id its own bytes give, or the file is refused: a name must not lie about what it names. */
    private static Map<String, VerifyingKey> readKeys(JsonFields fields) {
        if (fields.keys().size() > KEYS_MAX) {
            throw new IllegalArgumentException("it names more than " + KEYS_MAX + " keys");
        }
        Map<String, VerifyingKey> keys = new HashMap<>();
        for (String keyId : fields.keys()) {
            Json key = fields.json(keyId);
            if (!KeyId.of(key).hex().equals(keyId)) {
                throw new IllegalArgumentException("the key " + keyId + " has in truth the id "
                        + KeyId.of(key).hex());
            }
            VerifyingKey.read(fields.object(keyId)).ifPresent(known -> keys.put(keyId, known));
        }
        return keys;
    }

    private static KeySet readKeySet(JsonFields role, Map<String, VerifyingKey> keys) {
        Set<String> seen = new HashSet<>();
        Map<String, VerifyingKey> ofRole = new HashMap<>();
        for (String keyId : role.strings("keyids")) {
            if (!seen.add(keyId)) {
                throw new IllegalArgumentException(role.where() + " names the key " + keyId + " twice");
            }
            Optional.ofNullable(keys.get(keyId)).ifPresent(key -> ofRole.put(keyId, key));
        }
        return new KeySet(ofRole, (int) role.integer("threshold", 1, KEYS_MAX));
    }

    /** The signed part of a root with these keys, ready to be signed. */
    static JsonObject write(long version, Instant expires, Map<Role, KeySet> keySets) {
        TreeMap<String, Json> keys = new TreeMap<>();
        TreeMap<String, Json> roles = new TreeMap<>();
        keySets.forEach((role, set) -> {
            List<Json> ids = new ArrayList<>();
            for (VerifyingKey key : new HashSet<>(set.keys().values())) {
                keys.put(key.keyId().hex(), key.toJson());
                ids.add(new JsonString(key.keyId().hex()));
            }
            ids.sort((a, b) -> a.toString().compareTo(b.toString()));
            roles.put(
                    role.word(),
                    JsonObject.of(Map.of("keyids", new JsonArray(ids), "threshold", new JsonInteger(set.threshold()))));
        });
        TreeMap<String, Json> members = Header.write(Role.ROOT, version, expires);
        members.put("consistent_snapshot", new JsonBoolean(true));
        members.put("keys", new JsonObject(keys));
        members.put("roles", new JsonObject(roles));
        return new JsonObject(members);
    }

    KeySet keySet(Role role) {
        KeySet set = keySets.get(role);
        if (set == null) {
            throw new IllegalStateException("root version " + version + " has no " + role.word() + " role");
        }
        return set;
    }

    @Override
    public Role role() {
        return Role.ROOT;
    }
}
