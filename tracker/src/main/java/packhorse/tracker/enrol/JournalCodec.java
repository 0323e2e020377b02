package packhorse.tracker.enrol;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import packhorse.core.content.Sha256;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;
import packhorse.core.topology.EndpointId;
import packhorse.tracker.enrol.JournalEntry.Certified;
import packhorse.tracker.enrol.JournalEntry.Denied;
import packhorse.tracker.enrol.JournalEntry.TokenIssued;

/**
 * The journal's lines: eight hexadecimal digits of CRC-32C, a space, the entry as canonical JSON, a line feed. A line that a
 * crash tore fails its checksum or lacks its end; a person can read and search the others.
 */
final class JournalCodec {
    /** The first line of every journal. */
    static final String HEADER = "packhorse enrolment journal 1";

    private static final int CHECK_CHARACTERS = 8;
    /** A certificate with sixteen long names has 6 KiB in base64. */
    static final int LINE_BYTES_MAX = 64 * 1024;

    private static final int NAMES_MAX = 64;
    private static final int RADIX = 16;

    private JournalCodec() {}

    /**
     * What was read of some bytes.
     *
     * @param entries of the lines that are whole
     * @param length bytes of those lines; what follows is torn, or not yet written
     */
    record Read(List<JournalEntry> entries, int length) {}

    /** The line of {@code entry}. */
    static byte[] encode(JournalEntry entry) {
        TreeMap<String, Json> fields = new TreeMap<>();
        fields.put("at", new JsonInteger(entry.at().getEpochSecond()));
        switch (entry) {
            case TokenIssued token -> {
                fields.put("type", new JsonString("token"));
                fields.put("id", new JsonString(token.id()));
                fields.put("secretSha256", new JsonString(token.secret().hex()));
                fields.put("site", new JsonString(token.site()));
                fields.put("role", new JsonString(token.role().word()));
                fields.put("names", words(token.names()));
                token.endpoint().ifPresent(id -> fields.put("endpoint", new JsonString(id.toString())));
                fields.put("expiry", new JsonInteger(token.expiry().getEpochSecond()));
            }
            case Certified one -> {
                fields.put("type", new JsonString("certificate"));
                fields.put("endpoint", new JsonString(one.endpoint().toString()));
                fields.put("role", new JsonString(one.role().word()));
                fields.put("site", new JsonString(one.site()));
                fields.put("names", words(one.names()));
                fields.put("serial", new JsonString(one.serial().toString(RADIX)));
                fields.put("keySha256", new JsonString(one.key().hex()));
                fields.put("notAfter", new JsonInteger(one.notAfter().getEpochSecond()));
                one.token().ifPresent(id -> fields.put("token", new JsonString(id)));
                one.certificate().ifPresent(der -> fields.put("certificate", new JsonString(der)));
            }
            case Denied denied -> {
                fields.put("type", new JsonString("denial"));
                fields.put("revision", new JsonInteger(denied.revision()));
                denied.endpoint().ifPresent(id -> fields.put("endpoint", new JsonString(id.toString())));
                denied.serial().ifPresent(serial -> fields.put("serial", new JsonString(serial.toString(RADIX))));
            }
        }
        return line(CanonicalJson.encode(new JsonObject(fields)));
    }

    /** The line that every journal begins with. */
    static byte[] header() {
        return line(HEADER.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] line(byte[] content) {
        ByteArrayOutputStream line = new ByteArrayOutputStream(content.length + CHECK_CHARACTERS + 2);
        line.writeBytes(check(content).getBytes(StandardCharsets.US_ASCII));
        line.write(' ');
        line.writeBytes(content);
        line.write('\n');
        return line.toByteArray();
    }

    private static Json words(List<String> words) {
        return new JsonArray(words.stream().<Json>map(JsonString::new).toList());
    }

    private static String check(byte[] content) {
        CRC32C crc = new CRC32C();
        crc.update(content);
        return "%08x".formatted(crc.getValue());
    }

    /**
     * The lines at the beginning of {@code bytes}, up to the first that is not whole.
     *
     * @param first whether these bytes are a journal's first, so that a header is expected
     * @throws IllegalArgumentException when a whole line says something that no version of ours wrote
     */
    static Read read(byte[] bytes, boolean first) {
        List<JournalEntry> entries = new ArrayList<>();
        int start = 0;
        while (true) {
            int end = lineEnd(bytes, start);
            if (end < 0 || !whole(bytes, start, end)) {
                return new Read(entries, start);
            }
            byte[] content = Arrays.copyOfRange(bytes, start + CHECK_CHARACTERS + 1, end);
            if (first && start == 0) {
                requireHeader(content);
            } else {
                entries.add(decode(content));
            }
            start = end + 1;
        }
    }

    /** Whether any whole line stands in {@code bytes} after {@code from}: then what stands before it is damage, not a tear. */
    static boolean wholeLineAfter(byte[] bytes, int from) {
        int start = lineEnd(bytes, from) + 1;
        while (start > 0) {
            int end = lineEnd(bytes, start);
            if (end > 0 && whole(bytes, start, end)) {
                return true;
            }
            start = end + 1;
        }
        return false;
    }

    private static int lineEnd(byte[] bytes, int start) {
        for (int i = start; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private static boolean whole(byte[] bytes, int start, int end) {
        int content = start + CHECK_CHARACTERS + 1;
        return content < end
                && end - start <= LINE_BYTES_MAX
                && bytes[content - 1] == ' '
                && check(Arrays.copyOfRange(bytes, content, end))
                        .equals(new String(bytes, start, CHECK_CHARACTERS, StandardCharsets.US_ASCII));
    }

    private static void requireHeader(byte[] content) {
        String found = new String(content, StandardCharsets.UTF_8);
        if (!found.equals(HEADER)) {
            throw new IllegalArgumentException(
                    found.startsWith(HEADER.substring(0, HEADER.length() - 1))
                            ? "it is of a newer format; update Packhorse"
                            : "it does not begin with \"" + HEADER + "\"");
        }
    }

    private static JournalEntry decode(byte[] content) {
        JsonFields fields = JsonFields.of(JsonReader.parse(content), "the line");
        Instant at = instant(fields, "at");
        String type = fields.string("type");
        JournalEntry entry = switch (type) {
            case "token" ->
                new TokenIssued(
                        at,
                        fields.string("id"),
                        Sha256.parse(fields.string("secretSha256")),
                        fields.string("site"),
                        DeploymentRole.parse(fields.string("role")),
                        names(fields),
                        endpoint(fields),
                        instant(fields, "expiry"));
            case "certificate" ->
                new Certified(
                        at,
                        EndpointId.parse(fields.string("endpoint")),
                        DeploymentRole.parse(fields.string("role")),
                        fields.string("site"),
                        names(fields),
                        serial(fields.string("serial")),
                        Sha256.parse(fields.string("keySha256")),
                        instant(fields, "notAfter"),
                        fields.optionalString("token"),
                        fields.optionalString("certificate"));
            case "denial" ->
                new Denied(
                        at,
                        fields.integer("revision", 1, Long.MAX_VALUE),
                        endpoint(fields),
                        fields.optionalString("serial").map(JournalCodec::serial));
            default ->
                throw new IllegalArgumentException(
                        "a line of the type \"" + type + "\"; was it written by a newer Packhorse?");
        };
        fields.done();
        return entry;
    }

    private static Instant instant(JsonFields fields, String key) {
        return Instant.ofEpochSecond(fields.integer(key, 0, Instant.MAX.getEpochSecond()));
    }

    private static Optional<EndpointId> endpoint(JsonFields fields) {
        return fields.optionalString("endpoint").map(EndpointId::parse);
    }

    private static BigInteger serial(String hex) {
        BigInteger serial = new BigInteger(hex, RADIX);
        if (serial.signum() <= 0) {
            throw new IllegalArgumentException("a serial is positive");
        }
        return serial;
    }

    private static List<String> names(JsonFields fields) {
        List<String> names = fields.strings("names");
        if (names.size() > NAMES_MAX) {
            throw new IllegalArgumentException("more than " + NAMES_MAX + " names");
        }
        return names;
    }
}
