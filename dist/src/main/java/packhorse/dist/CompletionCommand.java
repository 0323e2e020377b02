package packhorse.dist;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code packhorse completion SHELL}: a script by which a shell completes commands and options. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = "Print a script by which your shell completes packhorse's commands and options.",
        footer = {
            "",
            "Examples:",
            "  source <(packhorse completion bash)                                       for this shell",
            "  packhorse completion bash > /etc/bash_completion.d/packhorse              for everybody's next one",
            "  autoload -U +X bashcompinit && bashcompinit; source <(packhorse completion zsh)"
        })
public final class CompletionCommand implements Callable<Integer> {
    @Parameters(paramLabel = "SHELL", arity = "0..1", description = "bash (default) or zsh.")
    private String shell = "bash";

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        if (!shell.equals("bash") && !shell.equals("zsh")) {
            throw new UsageException("no completion for " + shell + "; there is one for bash and zsh");
        }
        if (spec == null) {
            throw new IllegalStateException("run by the command line only");
        }
        CommandLine program = spec.root().commandLine();
        program.getOut().println(AutoComplete.bash(program.getCommandName(), program));
        program.getOut().flush();
        return 0;
    }
}
