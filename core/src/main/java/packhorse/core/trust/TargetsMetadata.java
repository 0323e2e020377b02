package packhorse.core.trust;

import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.core.content.SafePath;
import packhorse.core.content.Sha256;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonNull;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.JsonFields;

/**
 * What may be installed (specification §4.5). Delegations are not followed: their role names are kept so that a person can be
 * told, and what only they list is not in the catalogue. That is safe, since less is trusted, never more.
 *
 * @param version grows with every signing
 * @param expires when it ends
 * @param targets by path
 * @param delegatedRoles names of the roles delegated to
 * @param retired what was listed once, by path, and its digest: the path never means anything else. A member of ours; others pass it over
 */
record TargetsMetadata(
        long version,
        Instant expires,
        SortedMap<String, TargetInfo> targets,
        List<String> delegatedRoles,
        SortedMap<String, Sha256> retired)
        implements Metadata {
    private static final String RETIRED = "x-packhorse-retired";

    TargetsMetadata {
        targets = Collections.unmodifiableSortedMap(new TreeMap<>(targets));
        retired = Collections.unmodifiableSortedMap(new TreeMap<>(retired));
        delegatedRoles = List.copyOf(delegatedRoles);
    }

    static TargetsMetadata read(Envelope envelope) {
        return Metadata.read(envelope, TargetsMetadata::read);
    }

    private static TargetsMetadata read(JsonFields fields) {
        Header header = Header.read(fields, Role.TARGETS);
        JsonFields listed = fields.object("targets");
        SortedMap<String, TargetInfo> targets = new TreeMap<>();
        for (String path : listed.keys()) {
            SafePath.require(path);
            JsonFields target = listed.object(path);
            targets.put(
                    path,
                    new TargetInfo(
                            path,
                            target.integer("length"),
                            Metadata.sha256(target.object("hashes")),
                            target.optionalJson("custom").map(TargetsMetadata::object)));
        }
        List<String> delegated = fields
                .optionalObject("delegations")
                .flatMap(delegations -> delegations.optionalArray("roles"))
                .orElse(List.of())
                .stream()
                .map(role -> JsonFields.of(role, "delegations.roles").string("name"))
                .toList();
        return new TargetsMetadata(header.version(), header.expires(), targets, delegated, retired(fields));
    }

    private static SortedMap<String, Sha256> retired(JsonFields fields) {
        SortedMap<String, Sha256> retired = new TreeMap<>();
        fields.optionalObject(RETIRED).ifPresent(listed -> {
            for (String path : listed.keys()) {
                SafePath.require(path);
                retired.put(path, Metadata.sha256(listed.object(path)));
            }
        });
        return retired;
    }

    private static JsonObject object(Json custom) {
        if (custom instanceof JsonObject object) {
            return object;
        }
        throw new IllegalArgumentException("an object is expected, not " + custom.kind());
    }

    /** The signed part of a first targets file, which lists nothing. */
    static JsonObject first(Instant expires) {
        TreeMap<String, Json> members = Header.write(Role.TARGETS, 1, expires);
        members.put("targets", new JsonObject(new TreeMap<>()));
        return new JsonObject(members);
    }

    /** The next version of {@code signed} with {@code additions}; every other member stays as it is. */
    static JsonObject next(JsonObject signed, long version, Instant expires, Collection<TargetInfo> additions) {
        return next(signed, version, expires, additions, List.of());
    }

    /** The next version of {@code signed} without {@code retired}, which it remembers; every other member stays as it is. */
    static JsonObject without(JsonObject signed, long version, Instant expires, Collection<TargetInfo> retired) {
        return next(signed, version, expires, List.of(), retired);
    }

    private static JsonObject next(
            JsonObject signed,
            long version,
            Instant expires,
            Collection<TargetInfo> additions,
            Collection<TargetInfo> retired) {
        TreeMap<String, Json> members = new TreeMap<>(signed.members());
        members.putAll(Header.write(Role.TARGETS, version, expires));
        TreeMap<String, Json> listed = new TreeMap<>(
                object(signed.members().getOrDefault("targets", new JsonNull())).members());
        TreeMap<String, Json> gone =
                new TreeMap<>(object(signed.members().getOrDefault(RETIRED, new JsonObject(new TreeMap<>())))
                        .members());
        for (TargetInfo target : retired) {
            listed.remove(target.path());
            gone.put(target.path(), Metadata.hashes(target.sha256()));
        }
        for (TargetInfo target : additions) {
            TreeMap<String, Json> entry = new TreeMap<>();
            entry.put("length", new JsonInteger(target.length()));
            entry.put("hashes", Metadata.hashes(target.sha256()));
            target.custom().ifPresent(custom -> entry.put("custom", custom));
            listed.put(target.path(), new JsonObject(entry));
            gone.remove(target.path());
        }
        members.put("targets", new JsonObject(listed));
        if (gone.isEmpty()) {
            members.remove(RETIRED);
        } else {
            members.put(RETIRED, new JsonObject(gone));
        }
        return new JsonObject(members);
    }

    Optional<TargetInfo> target(String path) {
        return Optional.ofNullable(targets.get(path));
    }

    @Override
    public Role role() {
        return Role.TARGETS;
    }
}
