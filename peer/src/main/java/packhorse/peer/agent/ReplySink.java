package packhorse.peer.agent;

import packhorse.core.message.v1.LocalReply;

/** Where the replies to one local request go. Nothing here ever blocks the agent. */
interface ReplySink {
    /** Hands on a reply; progress that nobody has read yet gives way to newer progress. */
    void send(LocalReply reply);

    /** Whether it is whoever runs this machine; else it is somebody who works at it. */
    default boolean isOwner() {
        return true;
    }

    /** Whether nobody listens any more. */
    boolean gone();
}
