package packhorse.console.change;

import java.util.Map;
import java.util.TreeMap;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;

/**
 * What a signature is bound to where an order changes the repository and no endpoint, so that there is no plan of waves: SHA-256 over a word
 * of its own and the canonical JSON of what is asked for and of the releases it is done with, each with its manifest's digest.
 */
public final class RepositoryDigest {
    /** It is never the digest of something else. */
    private static final String FORM = "packhorse-repository-1";

    private RepositoryDigest() {}

    /** The bytes that it is taken over; evidence packs carry them. */
    public static byte[] bytes(Category category, Consignment carried) {
        return CanonicalJson.encode(object(Map.of(
                "form",
                new JsonString(FORM),
                "types",
                new JsonArray(category.types().stream()
                        .<Json>map(type -> new JsonString(type.name()))
                        .toList()),
                "releases",
                new JsonArray(
                        carried.releases().stream().map(RepositoryDigest::item).toList()))));
    }

    private static Json item(Consignment.Item item) {
        return object(Map.of(
                "release", new JsonString(item.release().toString()),
                "kind", new JsonString(item.kind().name()),
                "manifest", new JsonString(item.manifest().hex())));
    }

    private static Json object(Map<String, Json> members) {
        return new JsonObject(new TreeMap<>(members));
    }
}
