package packhorse.dist.demo;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import packhorse.core.OperationException;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.AgentStatus;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.LocalReply;
import packhorse.core.message.v1.LocalRequest;
import packhorse.core.message.v1.Progress;
import packhorse.core.message.v1.Pull;
import packhorse.core.message.v1.Pulled;
import packhorse.core.message.v1.Status;

/** An agent as the machine's own people reach it: through its Unix socket, one request a connection. */
final class LocalAgent {
    private final String name;
    private final Path socket;

    LocalAgent(String name, Path socket) {
        this.name = name;
        this.socket = socket;
    }

    /** Whether it runs and a tracker has told it which site it is in. */
    boolean inSession() {
        try {
            AgentStatus status = status();
            return status.getTrackerReachable() && !status.getSite().isEmpty();
        } catch (OperationException e) {
            return false;
        }
    }

    AgentStatus status() {
        @Nullable AgentStatus[] found = new AgentStatus[1];
        ask(LocalRequest.newBuilder().setStatus(Status.getDefaultInstance()).build(), reply -> {
            if (reply.hasStatus()) {
                found[0] = reply.getStatus();
            }
        });
        AgentStatus status = found[0];
        if (status == null) {
            throw new OperationException(name + " answered without its status");
        }
        return status;
    }

    /** Pulls {@code release} and returns when its last byte is verified. */
    Pulled pull(String release, String version, Consumer<Progress> progress) {
        @Nullable Pulled[] found = new Pulled[1];
        ask(
                LocalRequest.newBuilder()
                        .setPull(Pull.newBuilder().setName(release).setVersion(version))
                        .build(),
                reply -> {
                    if (reply.hasProgress()) {
                        progress.accept(reply.getProgress());
                    } else if (reply.hasPulled()) {
                        found[0] = reply.getPulled();
                    }
                });
        Pulled pulled = found[0];
        if (pulled == null) {
            throw new OperationException(name + " ended the pull of " + release + " without a result");
        }
        return pulled;
    }

    /** Sends one request and hands on every reply up to the last; a failure it reports is thrown. */
    private void ask(LocalRequest request, Consumer<LocalReply> replies) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            FrameCodec.write(
                    Channels.newOutputStream(channel),
                    Envelope.newBuilder()
                            .setVersion(FrameCodec.VERSION)
                            .setLocalRequest(request)
                            .build());
            var in = Channels.newInputStream(channel);
            while (true) {
                var frame = FrameCodec.read(in);
                if (frame.isEmpty()) {
                    return;
                }
                LocalReply reply = frame.get().getLocalReply();
                if (reply.hasFailed()) {
                    throw new OperationException(name + ": " + reply.getFailed().getReason());
                }
                replies.accept(reply);
                if (reply.hasDone() || reply.hasPulled() || reply.hasStatus()) {
                    return;
                }
            }
        } catch (IOException e) {
            throw new OperationException(name + " does not answer on " + socket + ": " + e.getMessage(), e);
        }
    }
}
