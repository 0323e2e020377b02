package packhorse.dist.doctor;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
import packhorse.core.config.YamlDocument;
import packhorse.core.config.YamlMap;
import packhorse.core.doctor.DoctorReport;
import packhorse.core.doctor.Finding;
import packhorse.core.doctor.MachineChecks;
import packhorse.peer.cli.PeerDoctor;
import packhorse.seeder.cli.OriginDoctor;
import packhorse.tracker.cli.TrackerDoctor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code packhorse doctor}: what is wrong with this machine or this role, and what to do about it. */
@Command(
        name = "doctor",
        description = {
            "Look for what keeps a role from working on this machine, each with its mend: configuration, clock, disk,"
                    + " ports,",
            "certificate, tracker, site, limits, and what is missing for which feature. Changes nothing; the role may"
                    + " run."
        },
        mixinStandardHelpOptions = true,
        footerHeading =
                "%nExit code 0: all fine, or warnings only; 3: something that is configured cannot work.%nExamples:%n",
        footer = {
            "  packhorse doctor                                     the machine, before anything is set up",
            "  packhorse doctor --config /etc/packhorse/peer.yaml   the role whose configuration that is",
            "  packhorse doctor --config tracker.yaml --json"
        })
public final class DoctorCommand implements Callable<Integer> {
    private static final int FAILED = 3;

    /** The roles that can be looked at. */
    enum Role {
        PEER,
        TRACKER,
        ORIGIN
    }

    @Spec
    private @Nullable CommandSpec command;

    @Option(names = "--config", paramLabel = "FILE", description = "The configuration of the role to look at.")
    private @Nullable Path config;

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            description = "peer, tracker or origin; default: the one whose keys the configuration has.")
    private @Nullable String role;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print nothing; the exit code says it.")
    private boolean quiet;

    @Override
    public Integer call() {
        Optional<Role> asked = Optional.ofNullable(role).map(DoctorCommand::parse);
        DoctorReport report = report(asked, InstantSource.system());
        if (!quiet && command != null) {
            PrintWriter out = command.commandLine().getOut();
            if (json) {
                out.println(report.json());
            } else {
                report.table().forEach(out::println);
            }
            out.flush();
        }
        return report.failed() ? FAILED : 0;
    }

    private static Role parse(String text) {
        for (Role one : Role.values()) {
            if (one.name().toLowerCase(Locale.ROOT).equals(text)) {
                return one;
            }
        }
        throw new UsageException("--role " + text + ": give peer, tracker or origin");
    }

    private DoctorReport report(Optional<Role> asked, InstantSource clock) {
        List<Finding> findings = new ArrayList<>();
        findings.add(MachineChecks.java());
        findings.add(MachineChecks.clockIsKept());
        Path file = config;
        if (file == null) {
            findings.addAll(MachineChecks.disk("temporary", Path.of(System.getProperty("java.io.tmpdir", "/tmp"))));
            findings.addAll(PeerDoctor.ofFeatures());
            findings.add(Finding.warn(
                    "configuration",
                    "none was named, so only the machine was looked at",
                    "packhorse doctor --config FILE looks at a role"));
            return new DoctorReport("this machine", findings);
        }
        if (!Files.exists(file)) {
            throw new UsageException(file + ": there is no such file");
        }
        Role of = asked.orElseGet(() -> guess(file));
        findings.addAll(
                switch (of) {
                    case PEER -> PeerDoctor.of(file, clock);
                    case TRACKER -> TrackerDoctor.of(file, clock);
                    case ORIGIN -> OriginDoctor.of(file, clock);
                });
        if (of == Role.PEER) {
            findings.addAll(PeerDoctor.ofFeatures());
        }
        return new DoctorReport(of.name().toLowerCase(Locale.ROOT) + " " + file, findings);
    }

    /** Each role has a key that no other has. */
    private static Role guess(Path file) {
        YamlMap yaml = YamlDocument.read(file);
        if (yaml.has("sites") || yaml.has("origin")) {
            return Role.TRACKER;
        }
        if (yaml.has("swarm") || yaml.has("keys")) {
            return Role.ORIGIN;
        }
        if (yaml.has("tracker")) {
            return Role.PEER;
        }
        throw new UsageException(
                file + ": it cannot be told whose configuration this is; say --role peer, tracker or origin");
    }
}
