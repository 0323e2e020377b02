package packhorse.core.content;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;

/** The one byte form of a bundle, as strict as {@link ManifestCodec}'s. The order of the members is the order of installation. */
public final class BundleCodec {
    /** A member has about 250 bytes; this is room for 4,000. */
    public static final int BYTES_MAX = 1 << 20;

    static final String TYPE = "packhorse-bundle";

    private BundleCodec() {}

    /** The bundle's canonical bytes. */
    public static byte[] encode(Bundle bundle) {
        Map<String, Json> out = DocumentFormat.start(TYPE, 0);
        out.put("name", new JsonString(bundle.name().toString()));
        out.put("version", new JsonString(bundle.version().toString()));
        out.put(
                "members",
                new JsonArray(bundle.members().stream().map(BundleCodec::member).toList()));
        return CanonicalJson.encode(JsonObject.of(out));
    }

    private static Json member(Bundle.Member member) {
        return JsonObject.of(Map.of(
                "name", new JsonString(member.release().name().toString()),
                "version", new JsonString(member.release().version().toString()),
                "platform", new JsonString(member.release().platform().word()),
                "manifest", new JsonString(member.manifest().hex())));
    }

    /** @throws BadContentException for every byte string that {@link #encode} does not make */
    public static Bundle decode(byte[] bytes) {
        return DocumentFormat.decode("bundle", TYPE, bytes, BYTES_MAX, fields -> {
            Bundle bundle = new Bundle(
                    ReleaseName.parse(fields.string("name")),
                    Version.parse(fields.string("version")),
                    fields.objects("members").stream().map(BundleCodec::member).toList());
            return Arrays.equals(encode(bundle), bytes) ? Optional.of(bundle) : Optional.empty();
        });
    }

    private static Bundle.Member member(JsonFields fields) {
        Bundle.Member member = new Bundle.Member(
                new ReleaseId(
                        ReleaseName.parse(fields.string("name")),
                        Version.parse(fields.string("version")),
                        new Platform(fields.string("platform"))),
                Sha256.parse(fields.string("manifest")));
        fields.done();
        return member;
    }
}
