package packhorse.dist.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import packhorse.dist.demo.Harm.Target;

/**
 * The processes that a round hurts, and the supervision that a machine would give them: an agent or a tracker that died is
 * started again by the same command line, one that was stopped goes on. A dead swarm process or installer is left to its agent.
 */
final class Ward {
    /** What the agent's other processes are called in the process table. */
    private static final String SWARM_PROCESS = "packhorse.peer.swarm.SwarmProcess";

    private static final String INSTALLER_PROCESS = "packhorse.peer.installer.InstallerProcess";

    private final Deployment deployment;
    private final Office.Machine machine;
    private final Set<Long> childrenSeen = new HashSet<>();
    private final Set<Long> frozen = new HashSet<>();
    private boolean agentWanted;

    Ward(Deployment deployment, Office.Machine machine) {
        this.deployment = deployment;
        this.machine = machine;
    }

    /** From now on the agent is there, and is started again when it was killed. */
    void admitAgent() throws InterruptedException {
        agentWanted = true;
        deployment.startAgent(machine);
    }

    /** The agent runs already; from now on it is started again when it was killed. */
    void supervise() {
        agentWanted = true;
    }

    /** Does to the process what {@code harm} says; a process that is not there feels nothing. */
    void apply(Harm harm) throws InterruptedException, IOException {
        OptionalLong pid = pid(harm.target());
        switch (harm.deed()) {
            case KILL -> {
                switch (harm.target()) {
                    case AGENT -> deployment.killAgent(machine);
                    case TRACKER -> deployment.killTracker();
                    case SWARM, INSTALLER -> signal("KILL", pid);
                }
            }
            case START -> start(harm.target());
            case FREEZE -> {
                signal("STOP", pid);
                pid.ifPresent(frozen::add);
            }
            case THAW -> thaw();
        }
    }

    private void start(Target target) throws InterruptedException {
        switch (target) {
            case AGENT -> {
                if (agentWanted && pid(Target.AGENT).isEmpty()) {
                    deployment.startAgent(machine);
                }
            }
            case TRACKER -> {
                if (pid(Target.TRACKER).isEmpty()) {
                    deployment.startTracker();
                }
            }
            case SWARM, INSTALLER -> {
                // Its agent's business.
            }
        }
    }

    /** Everything runs again. */
    void mendAll() throws InterruptedException, IOException {
        thaw();
        for (Target target : Target.values()) {
            start(target);
        }
    }

    private void thaw() throws InterruptedException, IOException {
        for (long pid : frozen) {
            signal("CONT", OptionalLong.of(pid));
        }
        frozen.clear();
    }

    /** The process of {@code target}, while it is there. */
    OptionalLong pid(Target target) {
        return switch (target) {
            case AGENT -> deployment.agentPid(machine);
            case TRACKER -> deployment.trackerPid();
            case SWARM -> childPid(SWARM_PROCESS);
            case INSTALLER -> childPid(INSTALLER_PROCESS);
        };
    }

    private OptionalLong childPid(String main) {
        OptionalLong agent = deployment.agentPid(machine);
        if (agent.isEmpty()) {
            return OptionalLong.empty();
        }
        OptionalLong found = ProcessHandle.of(agent.getAsLong()).stream()
                .flatMap(ProcessHandle::descendants)
                .mapToLong(ProcessHandle::pid)
                .filter(pid -> commandLine(pid).contains(main))
                .findFirst();
        found.ifPresent(childrenSeen::add);
        return found;
    }

    /** Processes of this machine that are there although nobody wants them: children whose agent is gone. */
    List<Long> orphans() {
        String data = machine.data().toString();
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> childrenSeen.contains(pid)
                        ? commandLine(pid).contains(SWARM_PROCESS)
                                || commandLine(pid).contains(INSTALLER_PROCESS)
                        : commandLine(pid).contains(data))
                .toList();
    }

    /** Empty for a process that is gone, and for one that is dead and not yet waited for. */
    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }

    private static void signal(String name, OptionalLong pid) throws InterruptedException, IOException {
        if (pid.isPresent()) {
            // A process that ended meanwhile makes kill fail, and that is as good.
            new ProcessBuilder("kill", "-" + name, String.valueOf(pid.getAsLong()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor(10, TimeUnit.SECONDS);
        }
    }
}
