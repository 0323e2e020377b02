package packhorse.dist.up;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.Subnet;
import packhorse.core.trust.DirectoryLock;
import packhorse.core.unit.ByteRate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code packhorse up}: tracker, origin and console from one command; made from nothing the first time. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = {
            "Run a deployment's middle on this machine in the foreground: the tracker, the origin and the console,"
                    + " with",
            "the embedded database. The first start makes keys, an authority and configurations in DIR; later ones go"
                    + " on",
            "with them. What you change there stays. Ctrl-C ends all three."
        },
        footer = {
            "",
            "Examples:",
            "  packhorse up                                   in ./packhorse-up, on this machine only",
            "  packhorse up --dir /srv/packhorse --address 192.0.2.10 --site berlin --subnet 10.1.0.0/16 --wan 100Mbit",
            "",
            "The passphrases in DIR/secrets open every key: back DIR up, and carry DIR/ca/root.key and the root and",
            "targets keys in DIR/keys away before this is more than a trial."
        })
public final class UpCommand implements Callable<Integer> {
    private static final String HEAP = "256m";

    /** What a deployment is made with; a later start goes on with what was said at the first. */
    private static final List<String> FIRST_ONLY = List.of("--address", "--site", "--subnet", "--wan");

    /** Plans of 100,000 endpoints are divided in memory. */
    private static final String CONSOLE_HEAP = "512m";

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            defaultValue = "packhorse-up",
            description = "Where everything lies (default: ${DEFAULT-VALUE}).")
    private Path directory = Path.of("");

    @Option(
            names = "--address",
            paramLabel = "IP",
            defaultValue = "127.0.0.1",
            description =
                    "This machine's address, where all three listen; first start only (default: ${DEFAULT-VALUE}).")
    private String address = "";

    @Option(
            names = "--site",
            paramLabel = "NAME",
            defaultValue = "here",
            description = "The first office; first start only (default: ${DEFAULT-VALUE}).")
    private String site = "";

    @Option(
            names = "--subnet",
            paramLabel = "CIDR",
            defaultValue = "127.1.0.0/16",
            description =
                    "The first office's addresses, may be repeated; first start only (default: ${DEFAULT-VALUE}).")
    private List<String> subnets = List.of();

    @Option(
            names = "--wan",
            paramLabel = "RATE",
            defaultValue = "100Mbit",
            description = "The first office's line; first start only (default: ${DEFAULT-VALUE}).")
    private String wan = "";

    @Option(
            names = {"-q", "--quiet"},
            description = "Print nothing but errors.")
    private boolean quiet;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        Home home = new Home(directory);
        boolean founded = home.isFounded();
        UpPlan plan = plan(home);
        PrintWriter out = quiet || spec == null
                ? new PrintWriter(PrintWriter.nullWriter())
                : spec.commandLine().getOut();
        DirectoryLock lock = DirectoryLock.take(home.path(), "is used by another packhorse up; name another --dir");
        try (Roles roles = new Roles(home.logs())) {
            Runtime.getRuntime().addShutdownHook(new Thread(roles::close, "up-clean-up"));
            Founding founding = new Founding(home, plan, InstantSource.system(), new SecureRandom());
            say(out, (founded ? "going on with " : "making ") + home.path());
            founding.layOut();
            roles.start(Home.TRACKER, HEAP, role(home, Home.TRACKER), "tracker ready");
            say(out, "tracker   " + plan.agentsDoor() + " for agents, " + plan.secureUrl() + " for joining");
            founding.join(DeploymentRole.ORIGIN, Home.ORIGIN);
            roles.start(Home.ORIGIN, HEAP, role(home, Home.ORIGIN), "origin is ready");
            say(out, "origin    " + plan.originUrl());
            founding.join(DeploymentRole.CONSOLE, Home.CONSOLE);
            roles.start(Home.CONSOLE, CONSOLE_HEAP, role(home, Home.CONSOLE), "console is ready");
            say(out, "console   " + plan.consoleUrl());
            next(out, home, plan);
            roles.watch(line -> say(out, line));
        } catch (InterruptedException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
        } finally {
            lock.close();
        }
        return 0;
    }

    private UpPlan plan(Home home) {
        if (!Files.exists(home.plan())) {
            return wished();
        }
        UpPlan made = UpPlan.read(home.plan());
        boolean asked = spec != null
                && FIRST_ONLY.stream()
                        .anyMatch(option -> spec.commandLine().getParseResult().hasMatchedOption(option));
        if (asked && !wished().equals(made)) {
            throw new UsageException("packhorse up: " + home.path() + " was made with --address " + made.address()
                    + " --site " + made.site() + " --subnet "
                    + made.subnets().stream().map(Subnet::toString).collect(Collectors.joining(" --subnet "))
                    + " --wan " + made.wan()
                    + "; leave these options out to go on with it, or name another --dir");
        }
        return made;
    }

    private UpPlan wished() {
        ByteRate unusedRate = read("--wan", wan, ByteRate::parse);
        return new UpPlan(
                read("--address", address, IpAddress::parse),
                site,
                subnets.stream()
                        .map(subnet -> read("--subnet", subnet, Subnet::parse))
                        .toList(),
                wan);
    }

    private static <T> T read(String option, String text, Function<String, T> reader) {
        try {
            return reader.apply(text);
        } catch (IllegalArgumentException e) {
            throw new UsageException("packhorse up: " + option + ": " + e.getMessage(), e);
        }
    }

    private static List<String> role(Home home, String name) {
        return List.of(name, "--config", home.configuration(name).toString());
    }

    private static void next(PrintWriter out, Home home, UpPlan plan) {
        say(out, "logs      " + home.logs());
        say(out, "");
        say(out, "Next, in another terminal:");
        say(
                out,
                "  packhorse login " + plan.consoleUrl() + " --ca " + home.certificate() + " --first "
                        + home.data(Home.CONSOLE).resolve("first-administrator"));
        say(
                out,
                "  packhorse endpoint make-join-token --site " + plan.site()
                        + "     a token for one machine: packhorse peer join TOKEN");
        say(
                out,
                "  packhorse publish PATH --name ACME/PRODUCT --version 1.0 --config " + home.configuration(Home.ORIGIN)
                        + " --keys " + home.keys() + " --passphrase-file " + home.offlinePhrase());
    }

    private static void say(PrintWriter out, String line) {
        out.println(line);
        out.flush();
    }
}
