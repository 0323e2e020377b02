package packhorse.console.change;

/** Where a defect stands; {@link DefectMachine} has the table. */
public enum DefectState {
    OPEN,
    /** Seen again by somebody else, or understood. */
    CONFIRMED,
    /** Mended, as the builder says. */
    MENDED,
    /** Mended, as a test says. */
    VERIFIED,
    /** Known and left for later, as a risk of the test report. */
    DEFERRED,
    /** None. */
    DISMISSED;

    /** Whether nothing follows. */
    public boolean isFinal() {
        return DefectMachine.TABLE.isFinal(this);
    }

    /** Whether somebody still has to do something before the test stage is left. */
    public boolean isOpen() {
        return switch (this) {
            case OPEN, CONFIRMED, MENDED -> true;
            case VERIFIED, DEFERRED, DISMISSED -> false;
        };
    }
}
