package packhorse.console.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code packhorse logout}: ends the session that {@code login} began, there and here. */
@Command(
        name = "logout",
        mixinStandardHelpOptions = true,
        description = "End the session that packhorse login began, at the console and in the file that keeps it.",
        footer = {"", "Example:", "  packhorse logout"})
public final class LogoutCommand implements Callable<Integer> {
    @Option(names = "--profile", paramLabel = "FILE", description = "The file that keeps it (default: as of login).")
    private @Nullable Path profile;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        Path file = profile == null ? Profile.file() : profile;
        Profile kept =
                Profile.read(file).orElseThrow(() -> new UsageException("nobody is logged in: there is no " + file));
        String said = "logged out of " + kept.server();
        try (ConsoleClient client = new ConsoleClient(kept)) {
            client.call("DELETE", "/api/v1/sessions/current", Optional.empty(), OptionalLong.empty());
        } catch (OperationException | UsageException e) {
            // Here it ends in any case; there it ends by itself in some hours.
            said = "forgotten here; the console did not take it: " + e.getMessage();
        }
        Profile.forget(file);
        if (spec != null) {
            spec.commandLine().getOut().println(said);
            spec.commandLine().getOut().flush();
        }
        return 0;
    }
}
