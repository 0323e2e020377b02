package packhorse.console.notify;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import packhorse.console.notice.Attempt;
import packhorse.console.notice.Message;
import packhorse.console.notice.Parcel;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonBoolean;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonText;

/**
 * Chats by the webhook that they give for a room. Its address is the only secret there is, so it stands in a file; these doors know no
 * message ids, so that a second copy can come after a crash.
 */
public final class ChatChannel implements Channel {
    /** What a room takes. */
    public enum Form {
        /** A text: Slack, Mattermost, Rocket.Chat, Google Chat. */
        SLACK,
        /** An adaptive card: Teams. */
        TEAMS
    }

    /**
     * One configured room.
     *
     * @param name as plans call it
     * @param urlFile whose first line is its webhook's address; read at each try
     */
    public record Room(String name, Path urlFile, Form form) {}

    /** Slack cuts at 40 000, Teams refuses beyond 28 KiB. */
    private static final int TEXT_CHARS_MAX = 6_000;

    private static final int URL_BYTES_MAX = 4 * 1024;

    private final Map<String, Room> rooms;
    private final HttpPost http;

    /** @param trust certificates that are believed instead of the system's */
    public ChatChannel(List<Room> rooms, Optional<Path> trust) {
        this.rooms = rooms.stream().collect(Collectors.toUnmodifiableMap(Room::name, room -> room));
        this.http = new HttpPost(trust);
    }

    @Override
    public Attempt deliver(Parcel parcel) {
        Room room = rooms.get(parcel.first().address());
        if (room == null) {
            return new Attempt.Failed("no chat \"" + parcel.first().address()
                    + "\" is configured; add it to chats: of the console's configuration, or mend the plan");
        }
        URI url;
        try (InputStream in = Files.newInputStream(room.urlFile())) {
            String text = new String(in.readNBytes(URL_BYTES_MAX), StandardCharsets.UTF_8);
            url = HttpPost.checked(text.lines().findFirst().orElse(""));
        } catch (IOException e) {
            return new Attempt.Failed(room.urlFile() + ": the chat's address cannot be read: " + e.getMessage());
        } catch (IllegalArgumentException e) {
            return new Attempt.Failed(room.urlFile() + ": the chat's address: " + e.getMessage());
        }
        String body = body(room.form(), parcel.message());
        return http.send("the chat " + room.name(), url, Map.of(), body.getBytes(StandardCharsets.UTF_8));
    }

    static String body(Form form, Message message) {
        String text = message.text().length() <= TEXT_CHARS_MAX
                ? message.text()
                : message.text().substring(0, TEXT_CHARS_MAX) + "…";
        return JsonText.of(
                switch (form) {
                    case SLACK -> object("text", string("*" + slack(message.subject()) + "*\n" + slack(text)));
                    case TEAMS ->
                        object(
                                "type",
                                string("message"),
                                "attachments",
                                new JsonArray(List.of(object(
                                        "contentType",
                                        string("application/vnd.microsoft.card.adaptive"),
                                        "content",
                                        card(message.subject(), text)))));
                });
    }

    private static JsonObject card(String subject, String text) {
        return JsonObject.of(Map.of(
                "$schema", string("http://adaptivecards.io/schemas/adaptive-card.json"),
                "type", string("AdaptiveCard"),
                "version", string("1.2"),
                "body", new JsonArray(List.of(block(subject, true), block(text, false)))));
    }

    private static JsonObject block(String text, boolean title) {
        return JsonObject.of(Map.of(
                "type", string("TextBlock"),
                "text", string(markdown(text)),
                "weight", string(title ? "Bolder" : "Default"),
                "wrap", new JsonBoolean(true)));
    }

    /** Slack's own three: with them gone there is no link and no call to everybody. */
    private static String slack(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    /** No mark of Markdown means anything; lines stay lines. */
    private static String markdown(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (c == '\n') {
                out.append("\n\n");
            } else {
                if ("\\`*_{}[]()<>#+!|~".indexOf(c) >= 0) {
                    out.append('\\');
                }
                out.appendCodePoint(c);
            }
        });
        return out.toString();
    }

    private static JsonString string(String text) {
        return new JsonString(text);
    }

    private static JsonObject object(String key, Json value) {
        return JsonObject.of(Map.of(key, value));
    }

    private static JsonObject object(String key, Json value, String other, Json second) {
        return JsonObject.of(Map.of(key, value, other, second));
    }

    @Override
    public void close() {
        http.close();
    }
}
