package packhorse.core.content;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;

/** What manifests and bundles have in common: type, format version, and the refusal of everything but the canonical bytes. */
final class DocumentFormat {
    private static final int MAJOR = 1;
    /** 1.1 brought a manifest's install section. */
    private static final int MINOR = 1;

    private static final Pattern VERSION = Pattern.compile("([0-9]{1,6})\\.([0-9]{1,6})");

    private DocumentFormat() {}

    /**
     * The members that every document begins with; the caller adds its own.
     *
     * @param minor the oldest format that says all that is in it, so that older readers read what they can
     */
    static Map<String, Json> start(String type, int minor) {
        Map<String, Json> out = new LinkedHashMap<>();
        out.put("type", new JsonString(type));
        out.put("format", new JsonString(MAJOR + "." + minor));
        return out;
    }

    /**
     * Decodes a document.
     *
     * @param what how messages call it
     * @param decoder reads the other members; empty when its value's encoding is not the bytes it came from
     */
    static <T> T decode(
            String what, String type, byte[] bytes, int bytesMax, Function<JsonFields, Optional<T>> decoder) {
        if (bytes.length > bytesMax) {
            throw new BadContentException("the " + what + " has " + bytes.length + " bytes, the most is " + bytesMax);
        }
        try {
            JsonFields fields = JsonFields.of(JsonReader.parse(bytes), what);
            String found = fields.string("type");
            if (!found.equals(type)) {
                throw new BadContentException("the document is a \"" + found + "\", not a " + type);
            }
            requireVersion(what, fields.string("format"));
            Optional<T> value = decoder.apply(fields);
            fields.done();
            return value.orElseThrow(() -> new BadContentException("the " + what + " is not in canonical form"));
        } catch (BadContentException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new BadContentException("the " + what + " is malformed: " + e.getMessage(), e);
        }
    }

    private static void requireVersion(String what, String format) {
        Matcher version = VERSION.matcher(format);
        if (!version.matches()) {
            throw new BadContentException("the " + what + " has the format \"" + format + "\", which is no version");
        }
        int major = Integer.parseInt(version.group(1));
        int minor = Integer.parseInt(version.group(2));
        if (major > MAJOR || (major == MAJOR && minor > MINOR)) {
            throw new BadContentException("the " + what + " has the newer format " + format + ", this Packhorse reads "
                    + MAJOR + "." + MINOR + "; install a newer Packhorse");
        }
        if (major < MAJOR) {
            throw new BadContentException("the " + what + " has the format " + format + ", which never was");
        }
    }

    /** The document's type, or nothing when the bytes are no document. */
    static Optional<String> typeOf(byte[] bytes, int bytesMax) {
        if (bytes.length > bytesMax) {
            return Optional.empty();
        }
        try {
            return JsonFields.of(JsonReader.parse(bytes), "document").optionalString("type");
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
