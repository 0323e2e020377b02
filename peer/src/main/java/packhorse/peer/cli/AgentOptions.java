package packhorse.peer.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of every command that asks the local agent; some have more. */
class AgentOptions {
    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            description = "The agent's socket; default: $PACKHORSE_SOCKET, else /run/packhorse/agent.sock"
                    + " or packhorse/agent.sock in $XDG_RUNTIME_DIR.")
    private @Nullable Path socket;

    @Option(names = "--json", description = "Print JSON, one object per line.")
    private boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print nothing but errors.")
    private boolean quiet;

    final AgentSocket agent() {
        return AgentSocket.find(socket, System.getenv());
    }

    final boolean json() {
        return json;
    }

    final boolean quiet() {
        return quiet;
    }

    final PrintWriter out() {
        return command == null
                ? new PrintWriter(System.out, true, StandardCharsets.UTF_8)
                : command.commandLine().getOut();
    }

    final PrintWriter err() {
        return command == null
                ? new PrintWriter(System.err, true, StandardCharsets.UTF_8)
                : command.commandLine().getErr();
    }
}
