package packhorse.console.rest;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import packhorse.console.notify.ExternalCallback;
import packhorse.console.notify.WebhookSecret;
import packhorse.console.office.ExternalOffice;

/** Where outside change and problem systems answer: no account, but each message signed and fresh. */
final class ExternalRoutes {
    private static final List<String> HEADERS = List.of("webhook-id", "webhook-timestamp", "webhook-signature");

    private ExternalRoutes() {}

    static List<Route> of(ExternalOffice office, Callbacks callbacks, InstantSource clock) {
        return List.of(Route.post(
                        "/external/{system}",
                        "hearExternalSystem",
                        "Takes what an outside change or problem system says, signed as a Standard Webhook.")
                .with("system", "The webhook's name in the console's configuration.")
                .access(Access.anybody())
                .file("application/json", ExternalCallback.BODY_BYTES_MAX)
                .does(call -> {
                    hear(office, callbacks, clock, call);
                    return Answer.done();
                }));
    }

    private static void hear(ExternalOffice office, Callbacks callbacks, InstantSource clock, Call call) {
        String system = call.path("system");
        List<WebhookSecret> secrets = callbacks.secrets(system);
        if (secrets.isEmpty()) {
            throw new Turned(Problem.Kind.NOT_THERE, "no outside system answers here under this name");
        }
        Map<String, String> headers = new HashMap<>();
        HEADERS.forEach(name -> call.header(name).ifPresent(value -> headers.put(name, value)));
        switch (ExternalCallback.read(headers, call.bytes(), secrets, clock.instant())) {
            case ExternalCallback.Reading.Refused(int status, String reason) ->
                throw new Turned(
                        switch (status) {
                            case 401 -> Problem.Kind.NOT_SIGNED_IN;
                            case 413 -> Problem.Kind.TOO_LONG;
                            default -> Problem.Kind.INVALID;
                        },
                        reason);
            case ExternalCallback.Reading.Linked(String id, String about, String external) ->
                office.hear(new ExternalOffice.Word(system, id, about, external, Optional.empty()));
            case ExternalCallback.Reading.Remarked(
                    String id,
                    String about,
                    String external,
                    String decision,
                    String by,
                    String note) ->
                office.hear(new ExternalOffice.Word(
                        system, id, about, external, Optional.of(new ExternalOffice.Remark(decision, by, note))));
        }
    }
}
