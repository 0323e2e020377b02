package packhorse.console.audit;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.core.PlainText;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;

/**
 * One decision or transition: who did what to which record, and when.
 *
 * @param at to the millisecond; in the trail never before that of the link before it
 * @param who the account, or the process that decided by itself
 * @param role in which he did it; "system" for a process
 * @param what the act, one lower-case word or several joined by dots: {@code order.approve}
 * @param subject the record's id
 * @param details what else is worth knowing, by name; digests, counts, the reason given
 */
public record AuditEntry(
        Instant at, String who, String role, String what, String subject, SortedMap<String, String> details) {
    /** A record's longest text is a reason that a person typed; what is longer belongs into an attachment. */
    public static final int TEXT_LENGTH_MAX = 4_096;
    /** More than any act has to say. */
    public static final int DETAILS_MAX = 64;

    /** Clocks of several consoles differ by less. */
    private static final Duration CLOCKS = Duration.ofMinutes(1);

    public AuditEntry {
        at = Instant.ofEpochMilli(at.toEpochMilli());
        if (details.size() > DETAILS_MAX) {
            throw new IllegalArgumentException(what + " of " + subject + " has " + details.size() + " details, at most "
                    + DETAILS_MAX + " are kept");
        }
        who = kept("who", who);
        role = kept("role", role);
        what = kept("what", what);
        subject = kept("subject", subject);
        SortedMap<String, String> plain = new TreeMap<>();
        details.forEach((name, text) -> plain.put(kept("a detail's name", name), kept(name, text)));
        details = Collections.unmodifiableSortedMap(plain);
    }

    /** Canonical JSON has no escapes, so what it could not give back is not kept. */
    private static String kept(String name, String text) {
        String plain = PlainText.line(text);
        if (plain.length() > TEXT_LENGTH_MAX) {
            throw new IllegalArgumentException(
                    name + " has " + plain.length() + " characters, at most " + TEXT_LENGTH_MAX + " are kept");
        }
        return plain;
    }

    /**
     * The same, not earlier than the link before it. Where its own clock is behind by more than clocks differ, what that clock said stands in
     * its details.
     */
    public AuditEntry notBefore(Instant last) {
        if (!at.isBefore(last)) {
            return this;
        }
        SortedMap<String, String> more = new TreeMap<>(details);
        if (at.plus(CLOCKS).isBefore(last) && more.size() < DETAILS_MAX) {
            more.put("clock", at.toString());
        }
        return new AuditEntry(last, who, role, what, subject, more);
    }

    /** The bytes that the chain binds. */
    public byte[] bytes() {
        Map<String, Json> out = new LinkedHashMap<>();
        out.put("at", new JsonInteger(at.toEpochMilli()));
        out.put("who", new JsonString(who));
        out.put("role", new JsonString(role));
        out.put("what", new JsonString(what));
        out.put("subject", new JsonString(subject));
        if (!details.isEmpty()) {
            Map<String, Json> more = new LinkedHashMap<>();
            details.forEach((name, text) -> more.put(name, new JsonString(text)));
            out.put("details", JsonObject.of(more));
        }
        return CanonicalJson.encode(JsonObject.of(out));
    }

    /** @throws packhorse.core.json.JsonException for bytes that {@link #bytes} does not make */
    public static AuditEntry parse(byte[] bytes) {
        JsonFields fields = JsonFields.of(JsonReader.parse(bytes), "audit entry");
        SortedMap<String, String> details = new TreeMap<>();
        fields.optionalObject("details")
                .ifPresent(more -> more.keys().forEach(key -> details.put(key, more.string(key))));
        AuditEntry entry = new AuditEntry(
                Instant.ofEpochMilli(fields.integer("at")),
                fields.string("who"),
                fields.string("role"),
                fields.string("what"),
                fields.string("subject"),
                details);
        fields.done();
        return entry;
    }
}
