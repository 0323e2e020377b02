package packhorse.tracker.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.FrameException;
import packhorse.core.message.v1.Envelope;
import packhorse.tracker.session.AgentSessions;

/**
 * {@code POST /v1/agent}: one frame with a report in, one frame with an assignment or a refusal out, held until there is
 * news. While an answer is held no thread waits for it. What is no frame gets status 400 and one line.
 */
final class AgentDoor {
    private final AgentSessions sessions;

    AgentDoor(AgentSessions sessions) {
        this.sessions = sessions;
    }

    void open(RoutesConfig routes) {
        routes.post("/v1/agent", this::report);
    }

    private void report(Context request) throws IOException {
        Envelope envelope;
        try {
            envelope = FrameCodec.decode(frame(request));
        } catch (FrameException e) {
            refuse(request, "the body is no frame: " + e.getMessage());
            return;
        }
        switch (envelope.getBodyCase()) {
            case AGENT_REPORT ->
                request.future(() -> sessions.report(envelope.getAgentReport(), Callers.of(request))
                        .thenAccept(answer ->
                                request.contentType("application/octet-stream").result(FrameCodec.encode(answer))));
            default ->
                refuse(request, "the frame holds " + envelope.getBodyCase() + "; agents send an agent_report here");
        }
    }

    /** The body, cut one byte beyond the longest frame so that the codec sees that it is too long. */
    private static byte[] frame(Context request) throws IOException {
        try (InputStream in = request.bodyInputStream()) {
            return in.readNBytes(FrameCodec.WHOLE_BYTES_MAX + 1);
        }
    }

    private static void refuse(Context request, String reason) {
        request.status(400).result(reason + "\n");
    }
}
