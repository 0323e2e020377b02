package packhorse.peer.agent;

import java.util.concurrent.CompletableFuture;
import packhorse.core.content.Sha256;
import packhorse.core.message.v1.LocalRequest;
import packhorse.core.trust.VerifiedManifest;
import packhorse.peer.session.SessionEvent;
import packhorse.peer.swarm.SwarmEvent;

/** What the agent's owner thread is told. Whoever is not that thread can do nothing else. */
sealed interface AgentMessage {
    /** A request came through the local socket. */
    record Asked(LocalRequest request, ReplySink sink) implements AgentMessage {}

    /** The engine that was started as number {@code engine} says something. */
    record FromSwarm(int engine, SwarmEvent event) implements AgentMessage {}

    /** The session with the trackers says something. */
    record FromSession(SessionEvent event) implements AgentMessage {}

    /** Work on another thread is done; what follows from it runs on the owner. */
    record Returned(Runnable then) implements AgentMessage {}

    /** Somebody wants to read content. */
    record Opened(ContentWish wish, CompletableFuture<ContentSource> answer) implements AgentMessage {}

    /** Somebody waits for pieces. */
    record Hurried(Sha256 pack, int first, int last) implements AgentMessage {}

    /** A pack in the store became whole without the agent's doing. */
    record Stocked(VerifiedManifest manifest, CompletableFuture<Boolean> answer) implements AgentMessage {}

    /** A pack is to be served no more, and to leave the disk. */
    record Unstocked(Sha256 pack, String reason, CompletableFuture<Boolean> answer) implements AgentMessage {}

    /** The agent ends. */
    record End() implements AgentMessage {}
}
