package packhorse.seeder.origin;

import packhorse.core.OperationException;

/** Signed targets that do not follow the catalogue's: somebody else published in between. Signing again upon theirs helps. */
public final class StaleTargetsException extends OperationException {
    private static final long serialVersionUID = 1;

    StaleTargetsException(long version, long current) {
        super("the signed targets are version " + version + ", the catalogue is at " + current
                + "; somebody else published in between, publish again");
    }
}
