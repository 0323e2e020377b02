package packhorse.console.change;

/** What somebody may do on the road of a change. One person may hold several; {@link Duties} says what does not go together. */
public enum Role {
    /** Asks for the change: the client. */
    REQUESTER("requester"),
    /** A member of the change control board; also who signs cost and plan for the client. */
    APPROVER("approver"),
    /** Says whether it can be done, and how. */
    SOLUTION_ARCHITECT("solution architect"),
    /** Makes the package or image. */
    PACKAGE_BUILDER("package builder"),
    /** Tests it. */
    TEST_SPECIALIST("test specialist"),
    /** The operator: stages, schedules, launches, holds, rolls back. */
    INSTALLATION_COORDINATOR("installation coordinator"),
    /** Opens, tracks and closes orders. */
    CHANGE_COORDINATOR("change coordinator"),
    /** Sees everything and changes nothing. */
    VIEWER("viewer"),
    /** Keeps accounts, trackers and the console itself. */
    ADMINISTRATOR("administrator"),
    /** Sits at the endpoint: may postpone and pull what is meant for it. */
    ENDPOINT_USER("endpoint user");

    private final String title;

    Role(String title) {
        this.title = title;
    }

    /** For people. */
    public String title() {
        return title;
    }
}
