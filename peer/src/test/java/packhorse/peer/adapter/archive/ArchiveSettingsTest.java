package packhorse.peer.adapter.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.peer.adapter.Adapters;

/** What an archive's settings may say, and the one line for what they may not. */
final class ArchiveSettingsTest {
    private static World.Release release(String contentName, Map<String, ? extends Json> settings) {
        return World.archive("1.0", contentName, new byte[] {1}, World.settings(settings));
    }

    private static String refused(String contentName, Map<String, ? extends Json> settings) {
        World.Release release = release(contentName, settings);
        return String.valueOf(
                assertThrows(IllegalArgumentException.class, release::placement).getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "into | opt/app         | settings.into is \"opt/app\"; write an absolute path, such as /opt/acme/app",
                "into | /               | settings.into is the root directory; name a directory that is the release's"
                        + " own",
                "into | /opt/../etc     | settings.into: the path \"opt/../etc\" has the element \"..\"; write it"
                        + " without \"..\", \"//\" or \"/\" at its end",
                "into | /opt//app       | settings.into: the path \"opt//app\" has an empty element; write it without"
                        + " \"..\", \"//\" or \"/\" at its end",
                "into | /opt/app/       | settings.into: the path \"opt/app/\" has an empty element; write it without"
                        + " \"..\", \"//\" or \"/\" at its end",
                "into | /proc/app       | settings.into is \"/proc/app\"; /proc holds no files that stay: name another"
                        + " directory",
                "into | /opt/.a.packhorse-new | settings.into: the path \"/opt/.a.packhorse-new\" has the element"
                        + " \".a.packhorse-new\", a name that Packhorse gives what is not in place yet, and clears"
                        + " away; take another",
                "link | current         | settings.link is \"current\"; write an absolute path, such as /opt/acme/app",
                "link | /opt/acme/app   | settings.link \"/opt/acme/app\" is in the place of settings.into or above"
                        + " it; name another link",
                "link | /opt/acme       | settings.link \"/opt/acme\" is in the place of settings.into or above it;"
                        + " name another link",
                "link | /opt/acme/app/versions/current | settings.link \"/opt/acme/app/versions/current\" lies among"
                        + " the versions; put it beside /opt/acme/app/versions, such as /opt/acme/app/current",
                "format | rar           | \"rar\" is no archive format; write one of tree, tar, tar.gz, tar.zst, zip",
                "format | tree          | settings.format is tree, but the file app.tar was published; publish a"
                        + " directory or name its format",
                "format | zip           | settings.format is zip, but the content is called app.tar; correct one of"
                        + " them",
                "owners | nobody        | settings.owners is \"root\" or \"archive\", not \"nobody\"",
                "where | /opt           | \"where\" is unknown in settings"
            })
    void oneLineSaysWhatIsWrong(String key, String value, String line) {
        assertEquals(line, refused("app.tar", Map.of(key, new JsonString(value))));
    }

    @Test
    void limitsHaveLimits() {
        assertEquals(
                "settings.limits.depth is 1 to 40, not 41",
                refused("app.tar", Map.of("limits", JsonObject.of(Map.of("depth", new JsonInteger(41))))));
    }

    @Test
    void aNameWithoutAnEndNeedsAFormat() {
        assertEquals(
                "the name \"app.bin\" does not say how it is packed; add settings.format: one of tree, tar, tar.gz,"
                        + " tar.zst, zip",
                refused("app.bin", Map.of()));
        release("app.bin", Map.of("format", new JsonString("zip"))).placement();
    }

    @Test
    void itClaimsItsDirectoryAndALinkElsewhere() {
        assertEquals(
                Set.of(Path.of(World.INTO)),
                release("app.tgz", Map.of()).placement().claims());
        assertEquals(
                Set.of(Path.of(World.INTO), Path.of("/usr/local/app")),
                release("app.tgz", Map.of("link", new JsonString("/usr/local/app")))
                        .placement()
                        .claims());
    }

    @Test
    void itIsFoundByItsName() {
        assertEquals(
                "archive", Adapters.standard().find("archive").orElseThrow().name());
    }
}
