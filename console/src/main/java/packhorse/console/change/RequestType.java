package packhorse.console.change;

import java.util.Optional;
import packhorse.core.state.Operation;

/** What can be asked for: a function, for packages or images, in its stage. */
public enum RequestType {
    PREPARE_PACKAGE(Stage.BUILDING, Work.PACKAGE, Function.PREPARE, "prepare new package or patch"),
    PREPARE_UPDATE(Stage.BUILDING, Work.PACKAGE, Function.PREPARE, "prepare update"),
    PREPARE_MEDIA(Stage.BUILDING, Work.MEDIA, Function.PREPARE, "prepare distribution media"),
    PREPARE_IMAGE(Stage.BUILDING, Work.IMAGE, Function.PREPARE, "prepare new image"),
    PREPARE_IMAGE_PATCH(Stage.BUILDING, Work.IMAGE, Function.PREPARE, "prepare patch update for an image"),
    PREPARE_IMAGE_MEDIA(Stage.BUILDING, Work.IMAGE_MEDIA, Function.PREPARE, "prepare media"),
    PREPARE_PROVISIONING(Stage.BUILDING, Work.IMAGE, Function.PREPARE, "prepare provisioning mechanism"),

    TEST_PACKAGE(Stage.TEST, Work.PACKAGE, Function.TEST, "test package"),
    TEST_MEDIA(Stage.TEST, Work.MEDIA, Function.TEST, "test media"),
    TEST_IMAGE(Stage.TEST, Work.IMAGE, Function.TEST, "test image"),
    TEST_IMAGE_MEDIA(Stage.TEST, Work.IMAGE_MEDIA, Function.TEST, "test media"),

    INSTALL(Stage.PRODUCTION, Work.PACKAGE, Function.INSTALL, "install"),
    UPDATE(Stage.PRODUCTION, Work.PACKAGE, Function.UPDATE, "update"),
    ROLLBACK(Stage.PRODUCTION, Work.PACKAGE, Function.ROLLBACK, "rollback"),
    REMOVE(Stage.PRODUCTION, Work.PACKAGE, Function.REMOVE, "remove"),
    COMMIT(Stage.PRODUCTION, Work.PACKAGE, Function.COMMIT, "commit"),
    ADD_TO_PRODUCTION(Stage.PRODUCTION, Work.PACKAGE, Function.ADD_TO_PRODUCTION, "add to production"),
    DISTRIBUTE(Stage.PRODUCTION, Work.PACKAGE, Function.DISTRIBUTE, "distribute"),
    ACTIVATE(Stage.PRODUCTION, Work.PACKAGE, Function.ACTIVATE, "activate"),
    DELETE(Stage.PRODUCTION, Work.PACKAGE, Function.DELETE, "delete"),
    RETIRE(Stage.PRODUCTION, Work.PACKAGE, Function.RETIRE, "retire"),
    ARCHIVE_AND_RETIRE(Stage.PRODUCTION, Work.PACKAGE, Function.ARCHIVE_AND_RETIRE, "archive and retire"),

    INSTALL_IMAGE(Stage.PRODUCTION, Work.IMAGE, Function.INSTALL, "install"),
    UPDATE_IMAGE(Stage.PRODUCTION, Work.IMAGE, Function.UPDATE, "update"),
    ROLLBACK_IMAGE(Stage.PRODUCTION, Work.IMAGE, Function.ROLLBACK, "rollback"),
    ROLLBACK_PUBLISHED_IMAGE(
            Stage.PRODUCTION, Work.IMAGE, Function.ROLLBACK_PUBLISHED, "rollback of an image in the repository"),
    REMOVE_IMAGE(Stage.PRODUCTION, Work.IMAGE, Function.REMOVE, "remove"),
    ADD_IMAGE_TO_PRODUCTION(Stage.PRODUCTION, Work.IMAGE, Function.ADD_TO_PRODUCTION, "add to production"),
    DISTRIBUTE_IMAGE(Stage.PRODUCTION, Work.IMAGE, Function.DISTRIBUTE, "distribute/provision"),
    DELETE_IMAGE(Stage.PRODUCTION, Work.IMAGE, Function.DELETE, "delete"),
    RETIRE_IMAGE(Stage.PRODUCTION, Work.IMAGE, Function.RETIRE, "retire"),
    ARCHIVE_AND_RETIRE_IMAGE(Stage.PRODUCTION, Work.IMAGE, Function.ARCHIVE_AND_RETIRE, "archive and retire");

    private final Stage stage;
    private final Work work;
    private final Function function;
    private final String title;

    RequestType(Stage stage, Work work, Function function, String title) {
        this.stage = stage;
        this.work = work;
        this.function = function;
        this.title = title;
    }

    /** The stage that does it. */
    public Stage stage() {
        return stage;
    }

    /** What it is measured as. */
    public Work work() {
        return work;
    }

    public Function function() {
        return function;
    }

    /** The trade's words. */
    public String title() {
        return title;
    }

    /** What endpoints are told to do; empty where none is told anything. */
    public Optional<Operation> operation() {
        return function.operation();
    }
}
