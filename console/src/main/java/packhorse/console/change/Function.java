package packhorse.console.change;

import java.util.Optional;
import java.util.Set;
import packhorse.core.content.Version;
import packhorse.core.state.LineState;
import packhorse.core.state.LineState.Activation;
import packhorse.core.state.LineState.Health;
import packhorse.core.state.LineState.Presence;
import packhorse.core.state.LineState.TransactionState;
import packhorse.core.state.Operation;

/**
 * What a request can ask for: what has to be so before, where it ends, and what takes it back. Those that change endpoints are
 * core's operations; those that change the repository are the console's own.
 *
 * <pre>
 * function            before                                             ends in                                          undo
 * PREPARE             sources at hand                                    a signed release                                 Retire
 * TEST                built                                              passed its test, or back to building             test again
 * ADD_TO_PRODUCTION   passed its test                                    offered by the production repository             Retire
 * DISTRIBUTE          released                                           STAGED on endpoints, or on depots only           Delete
 * INSTALL             absent or staged                                   INSTALLED; undoable until committed              Rollback
 * UPDATE              older version installed, active and committed      new version installed, the old kept as backup    Rollback
 * ACTIVATE            installed, inactive                                ACTIVE after its health check                    Rollback until committed
 * COMMIT              undoable and verified                              COMMITTED, backup freed                          reinstall the older release
 * ROLLBACK            installed or activated, not committed; also        the previous version, active                     go forward again
 *                     committed, where an older release is at hand
 * ROLLBACK_PUBLISHED  a published image or patch of it                   repository and depots offer the prior state      publish again
 * REMOVE              installed                                          ABSENT                                           reinstall
 * DELETE              held where it is named, nothing active refers      content gone from just those                     Distribute
 * RETIRE              no running order refers to it                      release and all its updates gone, not archived   –
 * ARCHIVE_AND_RETIRE  no running order refers to it                      archived, verified, then retired                 restore
 * </pre>
 */
public enum Function {
    PREPARE(Place.WORKSHOP, "a signed release", "Retire"),
    TEST(Place.WORKSHOP, "passed its test, or back to building", "test again"),
    ADD_TO_PRODUCTION(Place.REPOSITORY, "offered by the production repository", "Retire"),
    DISTRIBUTE(Operation.DISTRIBUTE, "STAGED on endpoints, or on depots only", "Delete"),
    INSTALL(Operation.INSTALL, "INSTALLED; undoable until committed", "Rollback"),
    UPDATE(Operation.UPDATE, "new version installed, the old kept as backup", "Rollback"),
    ACTIVATE(Operation.ACTIVATE, "ACTIVE after its health check", "Rollback until committed"),
    COMMIT(Operation.COMMIT, "COMMITTED, backup freed", "reinstall the older release"),
    ROLLBACK(Operation.ROLLBACK, "the previous version, active", "go forward again"),
    /** Rollback of an image in the repository; no endpoint is touched. */
    ROLLBACK_PUBLISHED(Place.REPOSITORY, "the repository and its depots offer the prior state", "publish again"),
    REMOVE(Operation.REMOVE, "ABSENT", "reinstall"),
    DELETE(Operation.DELETE, "content gone from just those", "Distribute"),
    RETIRE(Place.REPOSITORY, "the release and all its updates gone from catalogue, repository and all depots", ""),
    ARCHIVE_AND_RETIRE(Place.REPOSITORY, "archived to cold storage, digests verified, then retired", "restore");

    /** Where it takes effect. */
    public enum Place {
        /** Where releases are made and tested. */
        WORKSHOP,
        ENDPOINTS,
        /** Catalogue, repository and depots. */
        REPOSITORY
    }

    /**
     * What is known of one endpoint before a function begins there.
     *
     * @param line what it has of the release line
     * @param wanted the version that the function is about
     * @param released whether the catalogue offers that version
     * @param held whether its content is on this disk
     * @param olderAtHand whether an older release could be installed again
     * @param referred whether something active there needs the content
     */
    public record Standing(
            LineState line, Version wanted, boolean released, boolean held, boolean olderAtHand, boolean referred) {}

    /**
     * What is known of a release in the repository.
     *
     * @param testPassed whether its test stage ended well, for exactly these bytes
     * @param offered whether the production repository offers it
     * @param image whether it is an image or a patch of one
     * @param priorAtHand whether what was offered before it can be offered again
     * @param running orders under way that refer to it or to one of its updates
     */
    public record Published(
            boolean testPassed, boolean offered, boolean image, boolean priorAtHand, Set<OrderId> running) {
        public Published {
            running = Set.copyOf(running);
        }
    }

    private final Place place;
    private final Optional<Operation> operation;
    private final String ends;
    private final String undo;

    Function(Place place, String ends, String undo) {
        this(place, Optional.empty(), ends, undo);
    }

    Function(Operation operation, String ends, String undo) {
        this(Place.ENDPOINTS, Optional.of(operation), ends, undo);
    }

    Function(Place place, Optional<Operation> operation, String ends, String undo) {
        this.place = place;
        this.operation = operation;
        this.ends = ends;
        this.undo = undo;
    }

    public Place place() {
        return place;
    }

    /** What endpoints are told to do; empty where none is told anything. */
    public Optional<Operation> operation() {
        return operation;
    }

    /** Where it ends, for people. */
    public String ends() {
        return ends;
    }

    /** What takes it back, for people; empty where nothing does. */
    public Optional<String> undo() {
        return undo.isEmpty() ? Optional.empty() : Optional.of(undo);
    }

    /** What takes it back, where that is a function that can be asked for. */
    public Optional<Function> undoneBy() {
        return switch (this) {
            case PREPARE, ADD_TO_PRODUCTION -> Optional.of(RETIRE);
            case DISTRIBUTE -> Optional.of(DELETE);
            case INSTALL, UPDATE, ACTIVATE -> Optional.of(ROLLBACK);
            case COMMIT, REMOVE -> Optional.of(INSTALL);
            case ROLLBACK -> Optional.of(UPDATE);
            case ROLLBACK_PUBLISHED -> Optional.of(ADD_TO_PRODUCTION);
            case DELETE -> Optional.of(DISTRIBUTE);
            case TEST, RETIRE, ARCHIVE_AND_RETIRE -> Optional.empty();
        };
    }

    /** Why it cannot begin on an endpoint; empty where it can. */
    public Optional<String> refusedOn(Standing at) {
        LineState line = at.line();
        boolean installed = line.presence() == Presence.INSTALLED;
        return switch (this) {
            case DISTRIBUTE -> unless(at.released(), at.wanted() + " is not released");
            case INSTALL -> unless(!installed, "a version is installed already; ask for an update or a rollback");
            case UPDATE ->
                unless(
                        line.version()
                                        .filter(has -> has.compareTo(at.wanted()) < 0)
                                        .isPresent()
                                && line.activation() == Activation.ACTIVE
                                && line.transaction() == TransactionState.COMMITTED,
                        "an update needs an older version installed, active and committed");
            case ACTIVATE ->
                unless(
                        installed && line.activation() != Activation.ACTIVE,
                        "what is activated has to be installed and not active yet");
            case COMMIT ->
                unless(
                        line.transaction() == TransactionState.UNDOABLE
                                && line.health() == Health.OK
                                && line.activation() == Activation.ACTIVE,
                        "what is committed has to be undoable and verified");
            case ROLLBACK ->
                unless(
                        installed && (line.transaction() != TransactionState.COMMITTED || at.olderAtHand()),
                        "a rollback needs a transaction that is open, or an older release at hand");
            case REMOVE -> unless(installed, "nothing is installed");
            case DELETE ->
                at.held()
                        ? unless(!at.referred(), "something active refers to the content")
                        : Optional.of("the content is not here");
            case PREPARE, TEST, ADD_TO_PRODUCTION, ROLLBACK_PUBLISHED, RETIRE, ARCHIVE_AND_RETIRE ->
                Optional.of("it is not done on endpoints");
        };
    }

    /** Whether an endpoint is where the function ends. */
    public boolean reachedOn(LineState line, Version wanted, boolean held) {
        boolean inPlace = line.version().filter(wanted::equals).isPresent();
        return switch (this) {
            case DISTRIBUTE -> held;
            case INSTALL, UPDATE -> inPlace;
            case ACTIVATE -> inPlace && line.activation() == Activation.ACTIVE && line.health() == Health.OK;
            case COMMIT -> inPlace && line.transaction() == TransactionState.COMMITTED;
            // What stood there before may have been nothing.
            case ROLLBACK -> !inPlace && (line.version().isEmpty() || line.activation() == Activation.ACTIVE);
            case REMOVE -> line.presence() != Presence.INSTALLED;
            case DELETE -> !held;
            case PREPARE, TEST, ADD_TO_PRODUCTION, ROLLBACK_PUBLISHED, RETIRE, ARCHIVE_AND_RETIRE -> false;
        };
    }

    /** Why it cannot begin on a release in the repository; empty where it can. */
    public Optional<String> refusedFor(Published release) {
        return switch (this) {
            case ADD_TO_PRODUCTION -> unless(release.testPassed(), "it has not passed its test stage");
            case ROLLBACK_PUBLISHED ->
                !release.image() || !release.offered()
                        ? Optional.of("only a published image, or a patch of one, is rolled back in the repository")
                        : unless(release.priorAtHand(), "what was offered before is not at hand any more");
            case RETIRE, ARCHIVE_AND_RETIRE ->
                unless(
                        release.running().isEmpty(),
                        "orders under way refer to it: "
                                + release.running().stream().sorted().toList());
            case DISTRIBUTE -> unless(release.offered(), "it is not released");
            case PREPARE, TEST, INSTALL, UPDATE, ACTIVATE, COMMIT, ROLLBACK, REMOVE, DELETE -> Optional.empty();
        };
    }

    private static Optional<String> unless(boolean good, String reason) {
        return good ? Optional.empty() : Optional.of(reason);
    }
}
