package packhorse.console.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.console.change.Cast.DORA;
import static packhorse.console.change.Cast.EMIL;
import static packhorse.console.change.Cast.GERD;
import static packhorse.console.change.Cast.MORNING;
import static packhorse.console.change.Cast.at;
import static packhorse.console.change.Cast.done;
import static packhorse.console.change.Cast.refused;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import packhorse.console.Proves;

final class ChecklistTest {
    private static final Category ALL = Category.of(
            RequestType.PREPARE_PACKAGE, RequestType.PREPARE_MEDIA, RequestType.TEST_PACKAGE, RequestType.INSTALL);

    private static Outcome<Checklist> tick(Checklist list, String key, String note, Actor.Person person) {
        return list.tick(
                Step.BUILDING, key, new ChecklistItem.Tick(person.id(), note, Optional.empty(), at(1)), person.roles());
    }

    @Test
    @Proves("PROCESS 1 building")
    void theBuildingStageBringsInScansBuildsTestsAndCatalogues() {
        List<String> keys = Checklists.of(Stage.BUILDING, ALL).open().stream()
                .map(ChecklistItem::key)
                .toList();
        assertEquals(List.of("source", "scan", "control-files", "built", "unit-test", "catalogued", "media"), keys);
        assertFalse(Checklists.of(Stage.BUILDING, Category.of(RequestType.PREPARE_PACKAGE)).open().stream()
                .anyMatch(item -> item.key().equals("media")));
    }

    @Test
    void everyStepOfProductionHasItsItemsAndEveryItemSomebody() {
        Checklist list = Checklists.of(Stage.PRODUCTION, ALL);
        Set<Step> steps = EnumSet.noneOf(Step.class);
        list.items().forEach(item -> steps.add(item.step()));
        assertEquals(
                EnumSet.of(Step.STAGING, Step.READINESS, Step.NOTIFICATION, Step.BETA_GROUP, Step.WAVES, Step.ANALYSIS),
                steps);
        for (ChecklistItem item : list.items()) {
            assertTrue(item.performs().isPresent() || item.evidence() == EvidenceKind.FINDING, item.key());
        }
        assertEquals(8, list.open(Step.READINESS).size());
        // Retiring touches no endpoint: no wave, no beta group.
        assertEquals(
                List.of(Step.STAGING),
                Checklists.of(Stage.PRODUCTION, Category.of(RequestType.RETIRE)).items().stream()
                        .map(ChecklistItem::step)
                        .toList());
    }

    @Test
    void anItemIsDoneByWhoPerformsItWithItsEvidence() {
        Checklist list = Checklists.of(Stage.BUILDING, ALL);
        assertTrue(refused(tick(list, "control-files", "x", GERD)).contains("PACKAGE_BUILDER"));
        assertTrue(refused(tick(list, "control-files", "x", DORA)).contains("assists only"));
        assertTrue(refused(tick(list, "control-files", " ", EMIL)).contains("needs a note"));
        assertTrue(refused(tick(list, "documented", "x", EMIL)).contains("needs an attachment"));
        assertTrue(refused(tick(list, "nothing", "x", EMIL)).contains("has no item"));
        Checklist once = done(tick(list, "control-files", "answers.txt", EMIL));
        Checklist twice = done(tick(once, "control-files", "answers.xml", EMIL));
        assertEquals(
                "answers.xml",
                twice.find(Step.BUILDING, "control-files")
                        .flatMap(ChecklistItem::tick)
                        .orElseThrow()
                        .note(),
                "the last one counts");
        assertEquals(list.open().size() - 1, once.open().size());
    }

    @Test
    void whatTheProductFindsNobodyTicksUnlessItCouldNotLook() {
        Checklist list = Checklists.of(Stage.BUILDING, ALL);
        Checklist found = list.fill(Step.BUILDING, Map.of("scan", Finding.notMet("eicar found", MORNING)));
        assertTrue(refused(tick(found, "scan", "it is fine", GERD)).contains("eicar found"));
        Checklist blind = found.fill(Step.BUILDING, Map.of("scan", Finding.unknown("no scanner", MORNING)));
        assertTrue(refused(tick(blind, "scan", " ", GERD)).contains("needs a note"));
        Checklist ticked = done(tick(blind, "scan", "scanned at the gateway", GERD));
        assertTrue(ticked.find(Step.BUILDING, "scan").orElseThrow().isDone());
        // Of something else that it cannot look at, that says nothing until somebody looks again.
        Checklist other = ticked.fill(Step.BUILDING, Map.of("scan", Finding.unknown("the scanner died", MORNING)));
        assertFalse(other.find(Step.BUILDING, "scan").orElseThrow().isDone());
        Checklist renewed = done(tick(other, "scan", "scanned at the other gateway", GERD));
        assertTrue(renewed.find(Step.BUILDING, "scan").orElseThrow().isDone());
        // And when it can look, what it finds counts.
        Checklist again = ticked.fill(Step.BUILDING, Map.of("scan", Finding.notMet("eicar found", MORNING)));
        assertFalse(again.find(Step.BUILDING, "scan").orElseThrow().isDone());
        // A person's item is no matter of findings.
        assertEquals(list, list.fill(Step.BUILDING, Map.of("control-files", Finding.met("x", MORNING))));
    }

    @Test
    void aKeyStandsOnceInAStep() {
        List<ChecklistItem> items = Checklists.backout();
        assertThrows(IllegalArgumentException.class, () -> new Checklist(items).with(items));
    }
}
