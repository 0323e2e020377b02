package packhorse.console.notify;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import packhorse.core.PlainText;
import packhorse.core.json.JsonException;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;

/**
 * What an outside change or problem system says back: which id it gave, or what its own people decided. It is signed as our own webhooks
 * are. A decision out there is written down beside the order and approves nothing here: whoever approves signs in as himself.
 *
 * <p>A message is fresh for {@value #WINDOW_SECONDS} seconds either way; within them the door keeps the ids that it took, and answers
 * one that it had like the first time, without doing anything.
 */
public final class ExternalCallback {
    /** As Standard Webhooks has it: longer than clocks differ, shorter than an id needs to be remembered. */
    public static final int WINDOW_SECONDS = 300;
    /** An id and a remark are shorter by far. */
    public static final int BODY_BYTES_MAX = 64 * 1024;

    private static final int LINE_CHARS_MAX = 200;
    private static final Pattern ID = Pattern.compile("[\\x21-\\x7e]{1,256}");
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,12}");
    private static final Pattern ABOUT = Pattern.compile("(CR|CO|PR)-[0-9]{4}-[0-9]{4,9}");

    private ExternalCallback() {}

    /** What came of a message. */
    public sealed interface Reading {
        /** The other system's id of one of our records. */
        record Linked(String id, String about, String external) implements Reading {}

        /**
         * A remark of the other system's people on one of our records.
         *
         * @param decision what they call it: {@code approved}, {@code rejected}, {@code resolved} …
         * @param by who, as the other system calls them
         */
        record Remarked(String id, String about, String external, String decision, String by, String note)
                implements Reading {}

        /**
         * It is not believed or not understood.
         *
         * @param status that the door answers with: 400, 401 or 413
         * @param reason one line
         */
        record Refused(int status, String reason) implements Reading {}
    }

    /**
     * Reads and proves a message.
     *
     * @param headers of the request, in any case
     * @param secrets any of which may have signed
     */
    public static Reading read(Map<String, String> headers, byte[] body, List<WebhookSecret> secrets, Instant now) {
        if (body.length > BODY_BYTES_MAX) {
            return new Reading.Refused(413, "the body is longer than " + BODY_BYTES_MAX + " bytes");
        }
        Map<String, String> lower = new TreeMap<>();
        headers.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
        String id = lower.getOrDefault("webhook-id", "");
        String seconds = lower.getOrDefault("webhook-timestamp", "");
        String signature = lower.getOrDefault("webhook-signature", "");
        if (!ID.matcher(id).matches() || !SECONDS.matcher(seconds).matches()) {
            return new Reading.Refused(401, "webhook-id or webhook-timestamp is missing or no such thing");
        }
        if (secrets.stream().noneMatch(secret -> secret.signed(signature, id, seconds, body))) {
            return new Reading.Refused(
                    401, "webhook-signature is not over this message with a secret that is known here");
        }
        Duration age = Duration.between(Instant.ofEpochSecond(Long.parseLong(seconds)), now);
        if (age.abs().toSeconds() > WINDOW_SECONDS) {
            return new Reading.Refused(
                    401,
                    "the message was signed " + age.toSeconds() + " s ago; at most " + WINDOW_SECONDS + " s are taken");
        }
        return parsed(id, body);
    }

    private static Reading parsed(String id, byte[] body) {
        try {
            JsonFields fields =
                    JsonFields.of(JsonReader.parse(body), "the message").ignoreUnknown();
            String type = fields.string("type");
            JsonFields data = fields.object("data").ignoreUnknown();
            String about = data.string("about");
            if (!ABOUT.matcher(about).matches()) {
                return new Reading.Refused(400, "data.about names a request, an order or a problem: CO-2026-0001");
            }
            String external = line(data.string("external"));
            if (external.isEmpty()) {
                return new Reading.Refused(400, "data.external is the id in your system and is empty");
            }
            return switch (type) {
                case "external.linked" -> new Reading.Linked(id, about, external);
                case "external.remarked" ->
                    new Reading.Remarked(
                            id,
                            about,
                            external,
                            line(data.string("decision")),
                            line(data.optionalString("by").orElse("")),
                            line(data.optionalString("note").orElse("")));
                default ->
                    new Reading.Refused(
                            400, "type is external.linked or external.remarked, not \"" + line(type) + "\"");
            };
        } catch (JsonException e) {
            return new Reading.Refused(400, line(String.valueOf(e.getMessage())));
        }
    }

    private static String line(String text) {
        String line = PlainText.line(text);
        return line.length() <= LINE_CHARS_MAX
                ? line
                : line.substring(0, line.offsetByCodePoints(0, LINE_CHARS_MAX / 2)) + "…";
    }
}
