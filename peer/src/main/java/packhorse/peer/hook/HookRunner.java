package packhorse.peer.hook;

import java.io.IOException;
import java.util.List;
import packhorse.core.content.InstallSection;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.Outcome;
import packhorse.peer.adapter.Placement;
import packhorse.peer.adapter.Workplace;

/** Runs the programs that a release brings around its installation. It holds no state. */
public final class HookRunner {
    /**
     * Checks a section's hooks, at publishing and again on the machine.
     *
     * @param bringsTree whether the adapter lays out files of the content, see {@link Placement#prepared}
     * @throws IllegalArgumentException with one line
     */
    public static void check(InstallSection section, boolean bringsTree) {
        throw new UnsupportedOperationException();
    }

    /** What is in the way of this release's hooks on this machine, each one line with its mend. */
    public List<String> precheck(Workplace here, boolean sandbox) {
        throw new UnsupportedOperationException();
    }

    /** Keeps the hooks' files in {@link Workplace#home}, as long as that is kept; right after the placement's prepare, repeatable. */
    public void keep(Workplace here, Placement placement) throws IOException {
        throw new UnsupportedOperationException();
    }

    /**
     * Runs one to its end; a hook that the release does not have is done at once.
     *
     * @throws AdapterException when it did not end well
     */
    public Outcome run(HookCall call, Workplace here, Placement placement) throws IOException, InterruptedException {
        throw new UnsupportedOperationException();
    }
}
