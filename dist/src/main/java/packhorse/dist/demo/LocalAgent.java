package packhorse.dist.demo;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.message.v1.AgentStatus;
import packhorse.core.message.v1.Available;
import packhorse.core.message.v1.LocalReply;
import packhorse.core.message.v1.LocalRequest;
import packhorse.core.message.v1.Progress;
import packhorse.core.message.v1.Pull;
import packhorse.core.message.v1.Pulled;
import packhorse.core.message.v1.Status;
import packhorse.peer.cli.AgentSocket;

/** An agent as the machine's own people reach it: through its Unix socket, one request a connection. */
final class LocalAgent {
    private static final long AGAIN_MILLIS = 500;

    private final String name;
    private final AgentSocket socket;

    LocalAgent(String name, Path socket) {
        this.name = name;
        this.socket = new AgentSocket(socket);
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

    /** Whether it runs and its tracker answers; an origin is in no site. */
    boolean reachesTracker() {
        try {
            return status().getTrackerReachable();
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

    /** Whether the catalogue it sees lists that release. */
    boolean sees(String release, String version) {
        boolean[] seen = new boolean[1];
        ask(
                LocalRequest.newBuilder()
                        .setAvailable(Available.newBuilder().setAll(true))
                        .build(),
                reply -> seen[0] |= reply.getReleases().getReleasesList().stream()
                        .anyMatch(line -> line.getName().equals(release)
                                && line.getVersion().equals(version)));
        return seen[0];
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

    /** Lets time pass. */
    interface Pause {
        void of(long millis) throws InterruptedException;
    }

    /** The same, made again for as long as it advises that, a minute at most: on a busy machine no tracker may be heard for a moment. */
    Pulled pullPatiently(String release, String version, Consumer<Progress> progress, Pause pause)
            throws InterruptedException {
        long untilNanos = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (true) {
            try {
                return pull(release, version, progress);
            } catch (OperationException e) {
                if (!String.valueOf(e.getMessage()).contains("try again when it is reached")
                        || System.nanoTime() - untilNanos > 0) {
                    throw e;
                }
                pause.of(AGAIN_MILLIS);
            }
        }
    }

    private void ask(LocalRequest request, Consumer<LocalReply> replies) {
        try {
            socket.ask(request, replies);
        } catch (OperationException | UsageException e) {
            throw new OperationException(name + ": " + e.getMessage(), e);
        }
    }
}
