package packhorse.peer.agent;

import packhorse.core.message.v1.LocalReply;

/** Where the replies to one local request go. Nothing here ever blocks the agent. */
interface ReplySink {
    /** Hands on a reply; progress that nobody has read yet gives way to newer progress. */
    void send(LocalReply reply);

    /** Whether nobody listens any more. */
    boolean gone();
}
