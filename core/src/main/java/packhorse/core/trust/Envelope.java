package packhorse.core.trust;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonException;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;

/**
 * A metadata file: what is signed, and the signatures over its canonical bytes (specification §4.2.1).
 *
 * <p>Reading is strict where a signature could be made to mean two things (JSON, a key id that signs twice) and lenient where
 * the specification says so: unknown members stay, under the signature; a signature by an unknown key or of an unknown form
 * does not count and does no harm.
 */
final class Envelope {
    private final String where;
    private final byte[] bytes;
    private final JsonObject signed;
    private final byte[] signedBytes;
    private final Map<String, String> signatures;

    private Envelope(String where, byte[] bytes, JsonObject signed, Map<String, String> signatures) {
        this.where = where;
        this.bytes = bytes;
        this.signed = signed;
        this.signedBytes = CanonicalJson.encode(signed);
        this.signatures = signatures;
    }

    /** Reads the file {@code where}. */
    static Envelope parse(byte[] bytes, String where) {
        try {
            JsonFields envelope = JsonFields.of(JsonReader.parse(bytes), where);
            if (!(envelope.json("signed") instanceof JsonObject signed)) {
                throw malformed(where, "\"signed\" is not an object", null);
            }
            Map<String, String> signatures = new LinkedHashMap<>();
            for (JsonFields signature : envelope.objects("signatures")) {
                String keyId = signature.string("keyid");
                if (signatures.put(keyId, signature.string("sig")) != null) {
                    throw malformed(where, "the key " + keyId + " signs twice", null);
                }
            }
            return new Envelope(where, bytes, signed, signatures);
        } catch (JsonException e) {
            throw malformed(where, e.getMessage(), e);
        }
    }

    /** A document that nobody signed yet. */
    static Envelope unsigned(JsonObject signed, String where) {
        return write(signed, Map.of(), where);
    }

    /** The same document with one more signature; the same document when that key signed already. */
    Envelope signedBy(SigningKey key) {
        Map<String, String> more = new LinkedHashMap<>(signatures);
        more.put(key.publicKey().keyId().hex(), HexFormat.of().formatHex(key.sign(signedBytes)));
        return write(signed, more, where);
    }

    private static Envelope write(JsonObject signed, Map<String, String> signatures, String where) {
        List<Json> list = new ArrayList<>();
        signatures.forEach((keyId, signature) ->
                list.add(JsonObject.of(Map.of("keyid", new JsonString(keyId), "sig", new JsonString(signature)))));
        byte[] bytes = CanonicalJson.encode(JsonObject.of(Map.of("signatures", new JsonArray(list), "signed", signed)));
        return new Envelope(where, bytes, signed, signatures);
    }

    /** The signed part, to be read; members nobody asks for are let pass. */
    JsonFields fields() {
        return JsonFields.of(signed, where).ignoreUnknown();
    }

    /** The whole file as it came. */
    byte[] bytes() {
        return bytes.clone();
    }

    JsonObject signed() {
        return signed;
    }

    String where() {
        return where;
    }

    /** Whether both carry the same signed document. */
    boolean sameDocument(Envelope other) {
        return signed.equals(other.signed);
    }

    /** The keys of {@code role} whose signature fits. */
    Set<VerifyingKey> signers(KeySet role) {
        Set<VerifyingKey> signers = new HashSet<>();
        Map<String, VerifyingKey> known = new HashMap<>(role.keys());
        known.keySet().retainAll(signatures.keySet());
        known.forEach((keyId, key) -> {
            if (signature(keyId)
                    .filter(signature -> key.verify(signedBytes, signature))
                    .isPresent()) {
                signers.add(key);
            }
        });
        return signers;
    }

    /**
     * Passes when a threshold of different public keys of {@code role} signed.
     *
     * @param whose how the message calls the keys
     */
    void requireSigned(KeySet role, String whose) {
        Set<VerifyingKey> signers = signers(role);
        if (role.count(signers) >= role.threshold()) {
            return;
        }
        List<String> wrong = signatures.keySet().stream()
                .filter(role.keys()::containsKey)
                .filter(keyId -> !signers.contains(role.keys().get(keyId)))
                .toList();
        String counted = where + " carries " + signers.size() + " of " + role.threshold() + " signatures by " + whose;
        throw wrong.isEmpty()
                ? new TrustException(
                        TrustException.Kind.THRESHOLD,
                        counted + "; the source is not this deployment's, or another key holder has to sign")
                : new TrustException(
                        TrustException.Kind.BAD_SIGNATURE,
                        counted + ": that of key " + wrong.getFirst()
                                + " does not fit; the file was changed after it was signed, take another source");
    }

    /** Lower-case digits only: a signature has one written form, so that no bit of a file can change unseen. */
    private Optional<byte[]> signature(String keyId) {
        try {
            return Optional.ofNullable(signatures.get(keyId))
                    .filter(hex -> hex.equals(hex.toLowerCase(Locale.ROOT)))
                    .map(hex -> HexFormat.of().parseHex(hex));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    static TrustException malformed(String where, @Nullable String what, @Nullable Throwable cause) {
        return new TrustException(
                TrustException.Kind.MALFORMED,
                where + " is no TUF metadata: " + what + "; the source is damaged, take another",
                cause);
    }
}
