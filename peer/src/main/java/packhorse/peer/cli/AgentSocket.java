package packhorse.peer.cli;

import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import packhorse.core.OperationException;
import packhorse.core.PlainText;
import packhorse.core.UsageException;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.LocalReply;
import packhorse.core.message.v1.LocalRequest;

/** The client's end of the agent's Unix domain socket: one request, its replies to the last. */
public final class AgentSocket {
    private static final int EXIT_USAGE = 2;

    private final Path path;

    public AgentSocket(Path path) {
        this.path = path;
    }

    /**
     * Finds the agent's socket: what was asked for, else {@code PACKHORSE_SOCKET}, else the first of the usual places that
     * exists, the system's before the user's.
     */
    static AgentSocket find(@Nullable Path asked, Map<String, String> environment) {
        if (asked != null) {
            return new AgentSocket(asked);
        }
        String named = environment.get("PACKHORSE_SOCKET");
        if (named != null && !named.isEmpty()) {
            return new AgentSocket(Path.of(named));
        }
        List<Path> usual = new ArrayList<>();
        usual.add(Path.of("/run/packhorse/agent.sock"));
        String runtime = environment.get("XDG_RUNTIME_DIR");
        if (runtime != null && !runtime.isEmpty()) {
            usual.add(Path.of(runtime, "packhorse", "agent.sock"));
        }
        return new AgentSocket(usual.stream().filter(Files::exists).findFirst().orElseGet(usual::getFirst));
    }

    /**
     * Asks and hands every reply but the last to {@code replies}.
     *
     * @throws UsageException or OperationException as the agent's last reply says, or when there is no agent
     */
    public void ask(LocalRequest request, Consumer<LocalReply> replies) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            try {
                channel.connect(UnixDomainSocketAddress.of(path));
            } catch (IOException e) {
                throw new OperationException(
                        "no agent listens at " + path + "; start one with packhorse peer --config FILE,"
                                + " or say where with --socket PATH",
                        e);
            }
            FrameCodec.write(
                    channel,
                    Envelope.newBuilder()
                            .setVersion(FrameCodec.VERSION)
                            .setLocalRequest(request)
                            .build());
            InputStream in = Channels.newInputStream(channel);
            while (true) {
                Optional<Envelope> next = FrameCodec.read(in);
                if (next.isEmpty() || !next.get().hasLocalReply()) {
                    throw new OperationException(
                            "the agent at " + path + " went away before its last word; see its log");
                }
                LocalReply reply = shown(next.get().getLocalReply());
                switch (reply.getWhatCase()) {
                    case DONE -> {
                        return;
                    }
                    case FAILED -> throw failure(reply);
                    default -> replies.accept(reply);
                }
            }
        } catch (IOException e) {
            throw new OperationException("the conversation with the agent at " + path + " broke: " + e.getMessage(), e);
        }
    }

    /** What is said of releases, machines and files by whoever named them, fit for somebody's terminal. */
    static LocalReply shown(LocalReply reply) {
        LocalReply.Builder shown = reply.toBuilder();
        clean(shown);
        return shown.build();
    }

    private static void clean(Message.Builder message) {
        message.getAllFields().forEach((field, value) -> {
            if (field.getJavaType() == JavaType.STRING) {
                message.setField(
                        field,
                        field.isRepeated()
                                ? ((List<?>) value)
                                        .stream()
                                                .map(one -> PlainText.line(one.toString()))
                                                .toList()
                                : PlainText.line(value.toString()));
            } else if (field.getJavaType() == JavaType.MESSAGE && field.isRepeated()) {
                for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
                    message.setRepeatedField(field, i, cleaned((Message) message.getRepeatedField(field, i)));
                }
            } else if (field.getJavaType() == JavaType.MESSAGE) {
                message.setField(field, cleaned((Message) value));
            }
        });
    }

    private static Message cleaned(Message message) {
        Message.Builder builder = message.toBuilder();
        clean(builder);
        return builder.build();
    }

    private static RuntimeException failure(LocalReply reply) {
        String reason = reply.getFailed().getReason();
        return reply.getFailed().getExitCode() == EXIT_USAGE
                ? new UsageException(reason)
                : new OperationException(reason);
    }
}
