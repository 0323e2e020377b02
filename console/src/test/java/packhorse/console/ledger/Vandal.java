package packhorse.console.ledger;

/** Changes a ledger behind everybody's back, as a broken disk or somebody with the database's password would. */
public final class Vandal {
    private Vandal() {}

    /** Carries out one statement; how many rows it changed. */
    public static int change(Ledger ledger, String statement) {
        return ledger.<Integer>write(handle -> handle.execute(statement));
    }
}
