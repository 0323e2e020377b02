package packhorse.console.notify;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import packhorse.console.notice.Attempt;
import packhorse.console.notice.OutboxEntry;
import packhorse.console.notice.Parcel;
import packhorse.core.UsageException;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonText;

/**
 * Signed webhooks as Standard Webhooks has them: {@code webhook-id} is the message's and the same at every try, {@code
 * webhook-timestamp} the try's, {@code webhook-signature} over both and the body. A receiver refuses what is older than five minutes
 * and an id that it had.
 */
public final class WebhookChannel implements Channel {
    /**
     * One configured receiver.
     *
     * @param name as plans call it
     * @param secretFile read at each try, so that it can be changed while the console runs
     */
    public record Hook(String name, URI url, Path secretFile) {}

    private final Map<String, Hook> hooks;
    private final InstantSource clock;
    private final HttpPost http;

    /** @param trust certificates that are believed instead of the system's */
    public WebhookChannel(List<Hook> hooks, Optional<Path> trust, InstantSource clock) {
        this.hooks = hooks.stream().collect(Collectors.toUnmodifiableMap(Hook::name, hook -> hook));
        this.clock = clock;
        this.http = new HttpPost(trust);
    }

    @Override
    public Attempt deliver(Parcel parcel) {
        Hook hook = hooks.get(parcel.first().address());
        if (hook == null) {
            return new Attempt.Failed("no webhook \"" + parcel.first().address()
                    + "\" is configured; add it to webhooks: of the console's configuration, or mend the plan");
        }
        byte[] body = body(parcel).getBytes(StandardCharsets.UTF_8);
        Instant now = clock.instant();
        String signature;
        try {
            signature = WebhookSecret.ofFile(hook.secretFile()).stream()
                    .map(secret -> secret.sign(parcel.id(), now, body))
                    .collect(Collectors.joining(" "));
        } catch (UsageException e) {
            return new Attempt.Failed(String.valueOf(e.getMessage()));
        }
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("webhook-id", parcel.id());
        headers.put("webhook-timestamp", Long.toString(now.getEpochSecond()));
        headers.put("webhook-signature", signature);
        return http.send("the webhook " + hook.name(), hook.url(), headers, body);
    }

    /** One event, or all that was gathered as a list of them. */
    static String body(Parcel parcel) {
        if (parcel.entries().size() == 1) {
            return JsonText.of(event(parcel.first()));
        }
        List<Json> events = new ArrayList<>();
        parcel.entries().forEach(entry -> events.add(event(entry)));
        Map<String, Json> all = new TreeMap<>();
        all.put("type", new JsonString("digest"));
        all.put("timestamp", new JsonString(parcel.entries().getLast().created().toString()));
        all.put("data", JsonObject.of(Map.of("events", new JsonArray(events))));
        return JsonText.of(JsonObject.of(all));
    }

    private static JsonObject event(OutboxEntry entry) {
        Map<String, Json> data = new TreeMap<>();
        entry.facts().forEach((name, value) -> data.put(name, new JsonString(value)));
        data.put("subject", new JsonString(entry.message().subject()));
        data.put("message", new JsonString(entry.message().text()));
        Map<String, Json> event = new TreeMap<>();
        event.put("type", new JsonString(entry.kind().word()));
        event.put("id", new JsonString(entry.id()));
        event.put("timestamp", new JsonString(entry.created().toString()));
        event.put("data", JsonObject.of(data));
        return JsonObject.of(event);
    }

    @Override
    public void close() {
        http.close();
    }
}
