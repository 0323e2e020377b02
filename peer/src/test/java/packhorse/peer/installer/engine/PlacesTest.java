package packhorse.peer.installer.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import packhorse.peer.adapter.Laid;

/** The rule for a name that one line lays and a place that another has, case by case. */
final class PlacesTest {
    @ParameterizedTest
    @CsvSource({
        // name, as what: at a place of one's own, and at a file that is only edited
        "/opt/app/lib,   FILE,          true,  true",
        "/opt/app/lib,   CONFIGURATION, true,  true",
        "/opt/app/lib,   LINK,          true,  true",
        "/opt/app/lib,   DIRECTORY,     true,  true",
        "/opt/app,       FILE,          true,  true",
        "/opt/app,       CONFIGURATION, true,  false",
        "/opt/app,       LINK,          true,  false",
        "/opt/app,       DIRECTORY,     false, true",
        "/opt,           FILE,          true,  true",
        "/opt,           CONFIGURATION, true,  true",
        "/opt,           LINK,          false, false",
        "/opt,           DIRECTORY,     false, false",
        "/opt/app2,      FILE,          false, false",
        "/,              DIRECTORY,     false, false",
    })
    void isHit(Path name, Laid.Kind kind, boolean own, boolean edited) {
        assertEquals(own, hit(name, kind, false), "a place of one's own");
        assertEquals(edited, hit(name, kind, true), "a file that is edited");
    }

    private static boolean hit(Path name, Laid.Kind kind, boolean edited) {
        Path claim = Path.of("/opt/app");
        Places places = new Places();
        places.add(new Places.Place("acme/app@1", claim, edited), List.of(claim));
        return places.hit(kind, List.of(name)).isPresent();
    }
}
