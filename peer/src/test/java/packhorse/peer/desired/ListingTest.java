package packhorse.peer.desired;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;
import packhorse.peer.desired.Listing.BundleId;
import packhorse.peer.desired.Listing.Choice;

final class ListingTest {
    private static final ReleaseName TOOL = ReleaseName.parse("acme/tool");
    private static final List<Platform> MINE = List.of(new Platform("linux-amd64"), Platform.ANY);

    private static Listing listing(String... releases) {
        return new Listing(
                List.of(releases).stream()
                        .map(text -> text.split(" ", -1))
                        .map(words -> new ReleaseId(TOOL, Version.parse(words[0]), new Platform(words[1])))
                        .toList(),
                List.of(new BundleId(ReleaseName.parse("acme/set"), Version.parse("3"))));
    }

    private static String chosen(Listing listing, String version) {
        return switch (listing.choose(
                TOOL, version.isEmpty() ? Optional.empty() : Optional.of(Version.parse(version)), MINE)) {
            case Choice.OneRelease(ReleaseId id) -> id.version() + " " + id.platform();
            case Choice.OneBundle bundle -> "bundle";
            case Choice.NotFound(String reason) -> reason;
        };
    }

    @Test
    void theNewestIsNewestAsDpkgSays() {
        assertEquals("1:0.1 any", chosen(listing("2.0 any", "10.0~rc1 any", "10.0 any", "1:0.1 any"), ""));
        assertEquals("10.0 any", chosen(listing("9.9 any", "10.0~rc1 any", "10.0 any"), ""));
    }

    @Test
    void theMachinesOwnPlatformGoesBeforeAny() {
        assertEquals("1 linux-amd64", chosen(listing("1 any", "1 linux-amd64", "1 windows-amd64"), ""));
        assertEquals("2 any", chosen(listing("2 any", "1 linux-amd64"), ""));
        assertEquals("1 any", chosen(listing("1 any", "2 windows-amd64"), ""));
    }

    @Test
    void whatIsNotThereIsToldWithWhatIs() {
        assertTrue(chosen(listing("1 any"), "2").contains("it has 1 (any)"));
        assertTrue(chosen(listing(), "").contains("packhorse available"));
    }

    @Test
    void aNameThatOnlyABundleHasIsTheBundle() {
        assertEquals(
                new Choice.OneBundle(new BundleId(ReleaseName.parse("acme/set"), Version.parse("3"))),
                listing("1 any").choose(ReleaseName.parse("acme/set"), Optional.empty(), MINE));
    }

    @Test
    void machinesHavePlatforms() {
        assertEquals(MINE, MachinePlatform.of("Linux", "amd64"));
        assertEquals(
                "windows-amd64",
                MachinePlatform.of("Windows Server 2022", "x86_64").getFirst().word());
        assertEquals(
                "macos-arm64",
                MachinePlatform.of("Mac OS X", "aarch64").getFirst().word());
        assertEquals("other-other", MachinePlatform.of("", "").getFirst().word());
    }
}
