package packhorse.core.trust;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import packhorse.core.content.Sha256;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;

/** What one of the four roles says, read from its file (specification §4.3 to §4.6). Says nothing about signatures. */
sealed interface Metadata permits RootMetadata, TargetsMetadata, SnapshotMetadata, TimestampMetadata {
    /** The specification version this package writes. */
    String SPEC_VERSION = "1.0.34";

    Pattern SPEC_VERSION_READ = Pattern.compile("1\\.[0-9]{1,9}(\\.[0-9]{1,9})?");
    Pattern TIME = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z");

    Role role();

    long version();

    Instant expires();

    /** What every file's signed part starts with. */
    record Header(long version, Instant expires) {
        static Header read(JsonFields fields, Role role) {
            String type = fields.string("_type");
            if (!type.equals(role.word())) {
                throw new IllegalArgumentException("it says it is \"" + type + "\", not " + role.word());
            }
            String spec = fields.string("spec_version");
            if (!SPEC_VERSION_READ.matcher(spec).matches()) {
                throw new TrustException(
                        TrustException.Kind.UNSUPPORTED,
                        fields.where() + " follows TUF " + spec + ", this version reads 1.x; update Packhorse");
            }
            return new Header(fields.integer("version", 1, Long.MAX_VALUE), time(fields.string("expires")));
        }

        static TreeMap<String, Json> write(Role role, long version, Instant expires) {
            TreeMap<String, Json> members = new TreeMap<>();
            members.put("_type", new JsonString(role.word()));
            members.put("spec_version", new JsonString(SPEC_VERSION));
            members.put("version", new JsonInteger(version));
            members.put(
                    "expires",
                    new JsonString(expires.truncatedTo(ChronoUnit.SECONDS).toString()));
            return members;
        }

        private static Instant time(String text) {
            try {
                if (TIME.matcher(text).matches()) {
                    return Instant.parse(text);
                }
            } catch (DateTimeParseException e) {
                throw new IllegalArgumentException("\"" + text + "\" is not a time", e);
            }
            throw new IllegalArgumentException("\"" + text + "\" is not a time such as 2027-01-31T12:00:00Z");
        }
    }

    /**
     * What one file says about another metadata file (§4.4).
     *
     * @param version which version is the current one
     * @param length at most this long, if said
     * @param sha256 digest of its bytes, if said
     */
    record MetaFile(long version, OptionalLong length, Optional<Sha256> sha256) {
        static MetaFile read(JsonFields fields) {
            OptionalLong length = fields.optionalInteger("length");
            if (length.isPresent() && length.getAsLong() < 1) {
                throw new IllegalArgumentException(fields.where() + " has the length " + length.getAsLong());
            }
            return new MetaFile(
                    fields.integer("version", 1, Long.MAX_VALUE),
                    length,
                    fields.optionalObject("hashes").map(Metadata::sha256));
        }

        static MetaFile of(long version, byte[] bytes) {
            return new MetaFile(version, OptionalLong.of(bytes.length), Optional.of(Sha256.of(bytes)));
        }

        Json toJson() {
            TreeMap<String, Json> members = new TreeMap<>();
            members.put("version", new JsonInteger(version));
            length.ifPresent(bytes -> members.put("length", new JsonInteger(bytes)));
            sha256.ifPresent(digest -> members.put("hashes", hashes(digest)));
            return new JsonObject(members);
        }

        /** Whether {@code bytes} are what is described, as far as it is described. */
        boolean describes(byte[] bytes) {
            return (length.isEmpty() || bytes.length <= length.getAsLong())
                    && (sha256.isEmpty() || sha256.get().equals(Sha256.of(bytes)));
        }
    }

    static Sha256 sha256(JsonFields hashes) {
        return Sha256.parse(hashes.string("sha256"));
    }

    static Json hashes(Sha256 digest) {
        return JsonObject.of(Map.of("sha256", new JsonString(digest.hex())));
    }

    /** Reads with {@code reader}; whatever it dislikes makes the file malformed. */
    static <T> T read(Envelope envelope, Function<JsonFields, T> reader) {
        try {
            return reader.apply(envelope.fields());
        } catch (IllegalArgumentException e) {
            throw Envelope.malformed(envelope.where(), e.getMessage(), e);
        }
    }
}
