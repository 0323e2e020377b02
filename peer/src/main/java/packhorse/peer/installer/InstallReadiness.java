package packhorse.peer.installer;

import java.util.Optional;
import packhorse.peer.hook.MachinePrograms;
import packhorse.peer.hook.RunLimits;

/** What the installer needs of this machine, tried out for whoever looks for what is missing. */
public final class InstallReadiness {
    private InstallReadiness() {}

    /** Why the installer's process would have a network, or rights other than it should; absent: it would be apart. */
    public static Optional<String> whyExposed() {
        return Confinement.choose().exposed();
    }

    /** Why programs of releases cannot be kept in a sandbox here; absent: they can. */
    public static Optional<String> whyUnconfined() {
        return new MachinePrograms(RunLimits.DEFAULT).whyNotConfined();
    }

    /** Why what a program in a sandbox takes of this machine has no bound; absent: it has. */
    public static Optional<String> whyUnbounded() {
        return new MachinePrograms(RunLimits.DEFAULT).whyNotBounded();
    }
}
