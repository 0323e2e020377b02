package packhorse.peer.words;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonBoolean;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.message.v1.ActionStatus;
import packhorse.core.message.v1.InstallProgress;
import packhorse.core.message.v1.LineStatus;
import packhorse.core.message.v1.Offer;
import packhorse.core.message.v1.ReleaseLine;

/** JSON for programs and for the page. Members are added to it, never taken away or given another meaning. */
public final class InstallJson {
    private InstallJson() {}

    /** Of a line that is in place. */
    public static JsonObject line(LineStatus line) {
        Map<String, Json> out = new LinkedHashMap<>();
        out.put("name", text(line.getName()));
        out.put("platform", text(line.getPlatform()));
        out.put("version", text(line.getVersion()));
        out.put("previous", text(line.getPrevious()));
        out.put("presence", text(InstallWords.presence(line)));
        out.put("transaction", text(InstallWords.transaction(line)));
        out.put("activation", text(InstallWords.activation(line)));
        out.put("health", text(InstallWords.health(line)));
        out.put("undoable", new JsonBoolean(line.getUndoable()));
        out.put("detail", text(line.getDetail()));
        return JsonObject.of(out);
    }

    /** Of an item of the desired state. */
    public static JsonObject action(ActionStatus action) {
        Map<String, Json> out = new LinkedHashMap<>();
        out.put("action", text(action.getAction()));
        out.put("operation", text(InstallWords.operation(action)));
        out.put("subject", text(InstallWords.subject(action)));
        out.put("state", text(InstallWords.state(action)));
        out.put("detail", text(action.getDetail()));
        out.put("next", text(action.getNext()));
        out.put("deadlineMillis", new JsonInteger(action.getDeadlineMillis()));
        out.put("activateNotBeforeMillis", new JsonInteger(action.getActivateNotBeforeMillis()));
        out.put("deferUntilMillis", new JsonInteger(action.getDeferUntilMillis()));
        out.put("deferredMillis", new JsonInteger(action.getDeferredMillis()));
        out.put("restartMillis", new JsonInteger(action.getRestartMillis()));
        out.put(
                "priority",
                text(action.getPriority().name().toLowerCase(Locale.ROOT).replace("priority_", "")));
        out.put("ended", new JsonBoolean(action.getEnded()));
        out.put("succeeded", new JsonBoolean(action.getSucceeded()));
        out.put("code", new JsonInteger(action.getCode()));
        out.put("meaning", text(InstallWords.code(action)));
        out.put("local", new JsonBoolean(action.getLocal()));
        out.put("irreversible", new JsonBoolean(action.getIrreversible()));
        if (action.hasProgress()) {
            out.put("progress", progress(action.getProgress()));
        }
        return JsonObject.of(out);
    }

    private static JsonObject progress(InstallProgress progress) {
        Map<String, Json> out = new LinkedHashMap<>();
        out.put("release", text(progress.getRelease()));
        out.put("step", text(progress.getStep()));
        out.put("bytes", new JsonInteger(progress.getDoneBytes()));
        out.put("bytesTotal", new JsonInteger(progress.getTotalBytes()));
        return JsonObject.of(out);
    }

    /** Of a release that the catalogue offers. */
    public static JsonObject release(ReleaseLine release) {
        return JsonObject.of(releaseMembers(release));
    }

    private static Map<String, Json> releaseMembers(ReleaseLine release) {
        Map<String, Json> out = new LinkedHashMap<>();
        out.put("name", text(release.getName()));
        out.put("version", text(release.getVersion()));
        out.put("platform", text(release.getPlatform()));
        out.put("kind", text(release.getKind()));
        out.put("bytes", new JsonInteger(release.getBytes()));
        out.put("here", new JsonBoolean(release.getHere()));
        out.put("irreversible", new JsonBoolean(release.getIrreversibleCount() > 0));
        if (!release.getAdapter().isEmpty()) {
            out.put("adapter", text(release.getAdapter()));
        }
        if (release.getIrreversibleCount() > 0) {
            out.put("irreversibleBecause", list(release.getIrreversibleList(), InstallJson::text));
        }
        if (!release.getDenied().isEmpty()) {
            out.put("denied", text(release.getDenied()));
        }
        return out;
    }

    /** Of what this machine's user may install. */
    public static JsonObject offer(Offer offer) {
        Map<String, Json> out = releaseMembers(offer.getRelease());
        out.put("irreversible", new JsonBoolean(offer.getIrreversible()));
        out.put("unable", text(offer.getUnable()));
        out.put("adapter", text(offer.getAdapter()));
        out.put("action", text(offer.getAction()));
        if (offer.hasLine()) {
            out.put("line", line(offer.getLine()));
        }
        return JsonObject.of(out);
    }

    /** Of many. */
    public static <T> JsonArray list(List<T> values, Function<T, Json> each) {
        return new JsonArray(values.stream().map(each).toList());
    }

    private static JsonString text(String value) {
        return new JsonString(value);
    }
}
