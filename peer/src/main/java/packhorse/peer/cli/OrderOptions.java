package packhorse.peer.cli;

import packhorse.core.message.v1.LocalRequest;
import picocli.CommandLine.Option;

/** The options of every command that gives the local agent an order, which goes on when the command ends. */
final class OrderOptions extends AgentOptions {
    @Option(names = "--no-wait", description = "End as soon as the agent has written it down.")
    private boolean noWait;

    boolean noWait() {
        return noWait;
    }

    /** Gives the order, and tells how it goes as these options say. */
    void order(LocalRequest request) {
        OrderTalk talk = new OrderTalk(this);
        talk.hold(request);
        if (noWait) {
            talk.detached();
        }
    }
}
