package packhorse.dist.demo;

import java.nio.file.Path;
import packhorse.core.UsageException;
import packhorse.core.unit.ByteRate;

/**
 * What one demo shows.
 *
 * @param content the file or tree to publish
 * @param sites offices, 1 to {@value #SITES_MAX}
 * @param endpoints machines in each office beside its site peer, 1 to {@value #ENDPOINTS_MAX}
 * @param wan each office's line, both ways
 * @param open whether outsiders may download too
 */
record DemoPlan(Path content, int sites, int endpoints, ByteRate wan, boolean open) {
    /** Each agent is a process of about 150 MB: beyond these a machine shows its own limits, not Packhorse's. */
    static final int SITES_MAX = 20;

    static final int ENDPOINTS_MAX = 50;

    DemoPlan {
        requireWithin("--sites", sites, SITES_MAX);
        requireWithin("--endpoints", endpoints, ENDPOINTS_MAX);
    }

    private static void requireWithin(String option, int value, int max) {
        if (value < 1 || value > max) {
            throw new UsageException(option + " " + value + ": give 1 to " + max);
        }
    }

    /** Machines that receive a copy: the endpoints and the site peers. */
    int receivers() {
        return sites * (endpoints + 1);
    }
}
