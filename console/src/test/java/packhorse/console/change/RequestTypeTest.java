package packhorse.console.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import packhorse.console.Proves;
import packhorse.core.content.Kind;
import packhorse.core.state.Operation;

final class RequestTypeTest {
    private static List<String> titles(Stage stage, Kind kind) {
        List<String> titles = new ArrayList<>();
        for (RequestType type : RequestType.values()) {
            if (type.stage() == stage && type.work().kind() == kind) {
                titles.add(type.title());
            }
        }
        return titles;
    }

    @Test
    @Proves({
        "PROCESS 3 building packages: prepare new package or patch",
        "PROCESS 3 building packages: prepare update",
        "PROCESS 3 building packages: prepare distribution media",
        "PROCESS 3 building images: prepare new image",
        "PROCESS 3 building images: prepare patch update for an image",
        "PROCESS 3 building images: prepare media",
        "PROCESS 3 building images: prepare provisioning mechanism"
    })
    void buildingPreparesPackagesImagesMediaAndMechanisms() {
        assertEquals(
                List.of("prepare new package or patch", "prepare update", "prepare distribution media"),
                titles(Stage.BUILDING, Kind.PACKAGE));
        assertEquals(
                List.of(
                        "prepare new image",
                        "prepare patch update for an image",
                        "prepare media",
                        "prepare provisioning mechanism"),
                titles(Stage.BUILDING, Kind.IMAGE));
        for (RequestType type : RequestType.values()) {
            assertEquals(type.stage() == Stage.BUILDING, type.function() == Function.PREPARE, type.name());
        }
        assertEquals(Work.MEDIA, RequestType.PREPARE_MEDIA.work());
        assertEquals(Work.IMAGE_MEDIA, RequestType.PREPARE_IMAGE_MEDIA.work());
    }

    @Test
    @Proves({
        "PROCESS 3 test packages: test package",
        "PROCESS 3 test packages: test media",
        "PROCESS 3 test images: test image",
        "PROCESS 3 test images: test media"
    })
    void testTestsPackagesImagesAndMedia() {
        assertEquals(List.of("test package", "test media"), titles(Stage.TEST, Kind.PACKAGE));
        assertEquals(List.of("test image", "test media"), titles(Stage.TEST, Kind.IMAGE));
        for (RequestType type : RequestType.values()) {
            assertEquals(type.stage() == Stage.TEST, type.function() == Function.TEST, type.name());
        }
    }

    @Test
    @Proves({
        "PROCESS 3 production packages: install",
        "PROCESS 3 production packages: update",
        "PROCESS 3 production packages: rollback",
        "PROCESS 3 production packages: remove",
        "PROCESS 3 production packages: commit",
        "PROCESS 3 production packages: add to production",
        "PROCESS 3 production packages: distribute",
        "PROCESS 3 production packages: activate",
        "PROCESS 3 production packages: delete",
        "PROCESS 3 production packages: retire",
        "PROCESS 3 production packages: archive and retire"
    })
    void productionCarriesOutElevenFunctionsForPackages() {
        assertEquals(
                List.of(
                        "install",
                        "update",
                        "rollback",
                        "remove",
                        "commit",
                        "add to production",
                        "distribute",
                        "activate",
                        "delete",
                        "retire",
                        "archive and retire"),
                titles(Stage.PRODUCTION, Kind.PACKAGE));
        Set<Operation> told = EnumSet.noneOf(Operation.class);
        for (RequestType type : RequestType.values()) {
            type.operation().ifPresent(told::add);
        }
        assertEquals(EnumSet.allOf(Operation.class), told);
    }

    @Test
    @Proves({
        "PROCESS 3 production images: install",
        "PROCESS 3 production images: update",
        "PROCESS 3 production images: rollback",
        "PROCESS 3 production images: remove",
        "PROCESS 3 production images: add to production",
        "PROCESS 3 production images: distribute/provision",
        "PROCESS 3 production images: delete",
        "PROCESS 3 production images: retire",
        "PROCESS 3 production images: archive and retire"
    })
    void productionCarriesOutNineFunctionsForImagesAndOneInTheRepository() {
        assertEquals(
                List.of(
                        "install",
                        "update",
                        "rollback",
                        "rollback of an image in the repository",
                        "remove",
                        "add to production",
                        "distribute/provision",
                        "delete",
                        "retire",
                        "archive and retire"),
                titles(Stage.PRODUCTION, Kind.IMAGE));
        assertEquals(Optional.of(Operation.DISTRIBUTE), RequestType.DISTRIBUTE_IMAGE.operation());
        assertEquals(Optional.empty(), RequestType.ROLLBACK_PUBLISHED_IMAGE.operation());
    }

    @Test
    @Proves({"PROCESS 1 category decides the stages", "PROCESS 1 stages and sites are two things"})
    void theCategoryDecidesStagesAndFunctions() {
        Category whole = Category.of(RequestType.INSTALL, RequestType.PREPARE_PACKAGE, RequestType.TEST_PACKAGE);
        assertEquals(EnumSet.allOf(Stage.class), whole.stages());
        assertEquals(EnumSet.of(Function.PREPARE, Function.TEST, Function.INSTALL), whole.functions());
        Category commit = Category.of(RequestType.COMMIT);
        assertEquals(Set.of(Stage.PRODUCTION), commit.stages());
        assertEquals(Set.of(Function.COMMIT), commit.functions());
        assertTrue(commit.touchesEndpoints());
        Category retire = Category.of(RequestType.RETIRE);
        assertEquals(List.of(), retire.contradictions());
        assertTrue(!retire.touchesEndpoints());
    }

    @Test
    void whatDoesNotGoTogetherIsSaid() {
        assertTrue(
                contradiction(RequestType.PREPARE_PACKAGE, RequestType.INSTALL).contains("tested"));
        assertTrue(contradiction(RequestType.INSTALL, RequestType.REMOVE).contains("undo each other"));
        assertTrue(contradiction(RequestType.INSTALL, RequestType.UPDATE).contains("update is for")
                || contradiction(RequestType.INSTALL, RequestType.UPDATE).contains("update for"));
        assertTrue(contradiction(RequestType.RETIRE, RequestType.ARCHIVE_AND_RETIRE)
                .contains("one of them"));
        // A package goes in where an image goes out: that is a migration.
        assertEquals(
                List.of(),
                Category.of(RequestType.INSTALL, RequestType.RETIRE_IMAGE).contradictions());
        assertEquals(
                List.of(),
                Category.of(RequestType.DISTRIBUTE, RequestType.INSTALL, RequestType.ACTIVATE, RequestType.COMMIT)
                        .contradictions());
    }

    private static String contradiction(RequestType first, RequestType second) {
        return String.join("; ", Category.of(first, second).contradictions());
    }
}
