package packhorse.peer.installer.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.peer.installer.engine.Bench.task;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.CodeClass;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.peer.adapter.testing.TreePicture;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.TaskStatus;

/** What one release lays, and what another one has there; each {@code live} is a process of its own, which has the disk alone. */
@Timeout(60)
final class PeaceTest {
    @TempDir(factory = InMemory.class)
    Path dir;

    private final Bench bench = new Bench();

    private Bench.Release release(String name, String into) {
        return bench.release(name, "1").set("into", into);
    }

    private Bench.Release layer(String name, String lays) {
        return bench.release(name, "1").set("lays", lays);
    }

    private TaskStatus install(Bench.Release release) throws IOException {
        return bench.live(dir, task("i" + System.nanoTime(), Operation.INSTALL, Bench.AT_ONCE, release.listed()));
    }

    private void fits(Bench.Release release) throws IOException {
        TaskStatus status = install(release);
        assertEquals(ActionState.COMMITTED, status.state(), status.detail());
    }

    private void refused(Bench.Release release, String line) throws IOException {
        TreePicture before = TreePicture.of(dir.resolve("root"));
        TaskStatus status = install(release);
        assertEquals(ActionState.REFUSED, status.state(), status.detail());
        assertEquals(Optional.of(CodeClass.PERMANENT), status.codeClass());
        assertEquals(line, status.detail());
        assertFalse(status.passed().contains(ActionState.APPLYING), status.toString());
        assertEquals(List.of(), TreePicture.of(dir.resolve("root")).differences(before));
    }

    private static final String MEND = "; remove one of them first, or publish one of them for another place";

    @Test
    void whatWouldBeLaidInAnothersPlaceIsRefusedWhicheverComesFirst() throws Exception {
        fits(release("acme/app", "/srv/app"));
        refused(
                layer("acme/lib", "directory:/srv file:/srv/app/plugins/lib"),
                "acme/lib@1 (any) lays /srv/app/plugins/lib, where acme/app@1 (any) has /srv/app" + MEND);
        assertFalse(Files.exists(dir.resolve("root/opt/acme-lib")));

        fits(layer("acme/pack", "directory:/usr directory:/usr/tool file:/usr/tool/run"));
        refused(
                release("acme/tool", "/usr/tool"),
                "acme/pack@1 (any) lays /usr/tool/run, where acme/tool@1 (any) has /usr/tool" + MEND);
        assertFalse(Files.exists(dir.resolve("root/usr")));
        fits(release("acme/other", "/usr/other"));
    }

    @Test
    void anOpenTransactionsNamesCountAndThoseOfOneThatIsOverDoNot() throws Exception {
        InstallTask.Member open = layer("acme/lib", "file:/srv/app/lib").listed();
        assertEquals(
                ActionState.COMMITTABLE,
                bench.live(dir, task("i", Operation.INSTALL, open)).state());
        Bench.Release app = release("acme/app", "/srv/app");
        refused(app, "acme/lib@1 (any) lays /srv/app/lib, where acme/app@1 (any) has /srv/app" + MEND);
        bench.carryOut(dir, task("r", Operation.ROLLBACK, open));
        fits(app);
    }

    @Test
    void theSameBundleIsNoExcuse() throws Exception {
        InstallTask.Member app = release("acme/app", "/srv/app").listed();
        InstallTask.Member lib = layer("acme/lib", "file:/srv/app/lib").listed();
        for (InstallTask.Member[] order :
                List.of(new InstallTask.Member[] {app, lib}, new InstallTask.Member[] {lib, app})) {
            TaskStatus status =
                    bench.live(dir, task("b-" + order[0].release().name().product(), Operation.INSTALL, order));
            assertEquals(ActionState.REFUSED, status.state(), status.detail());
            assertTrue(
                    status.detail().startsWith("acme/lib@1 (any) lays /srv/app/lib, where acme/app"), status.detail());
            assertFalse(Files.exists(dir.resolve("root/srv")));
        }
    }

    @Test
    void aConfigurationFileMayBeEditedAndAnyOtherMayNot() throws Exception {
        fits(layer("acme/pack", "configuration:/etc/pack.conf file:/usr/share/pack.xml")
                .set("database", "/var/db"));
        fits(release("acme/conf", "/etc/pack.conf").set("edits", "yes"));
        refused(
                release("acme/more", "/usr/share/pack.xml").set("edits", "yes"),
                "acme/pack@1 (any) lays /usr/share/pack.xml, and not as a configuration file, where"
                        + " acme/more@1 (any) edits /usr/share/pack.xml" + MEND);
        // In the other order.
        fits(release("acme/early", "/etc/late.conf").set("edits", "yes"));
        fits(layer("acme/late", "configuration:/etc/late.conf").set("database", "/var/db"));
        refused(
                layer("acme/rude", "file:/etc/late.conf").set("database", "/var/db"),
                "acme/rude@1 (any) lays /etc/late.conf, and not as a configuration file, where acme/early@1 (any)"
                        + " edits /etc/late.conf" + MEND);
    }

    @Test
    void whatTwoLaysIsForTheProgramToDecideThatKnowsBothAndElseRefused() throws Exception {
        String names = "directory:/usr link:/usr/lib file:/usr/run";
        fits(layer("acme/one", names).set("database", "/var/one"));
        fits(layer("acme/two", names).set("database", "/var/one"));
        refused(
                layer("acme/three", "file:/aaa directory:/usr directory:/usr/lib file:/usr/run")
                        .set("database", "/var/other"),
                "acme/three@1 (any) lays /usr/run, as acme/one@1 (any) does" + MEND);
        refused(
                layer("acme/four", "configuration:/usr/run"),
                "acme/four@1 (any) lays /usr/run, as acme/one@1 (any) does" + MEND);
        fits(layer("acme/five", "directory:/usr directory:/usr/lib file:/usr/running"));
    }

    @Test
    void aNameThatALinkLeadsIntoAnothersPlaceIsThere() throws Exception {
        fits(release("acme/app", "/srv/app"));
        Files.createSymbolicLink(dir.resolve("root/way"), Path.of("srv/app"));
        refused(
                layer("acme/lib", "file:/way/lib"),
                "acme/lib@1 (any) lays /way/lib, where acme/app@1 (any) has /srv/app" + MEND);
        fits(layer("acme/tool", "link:/way"));
    }

    @Test
    void nothingIsLaidAmongTheAgentsOwnDirectories() throws Exception {
        Files.createDirectories(dir.resolve("root"));
        Files.createSymbolicLink(dir.resolve("root/way"), Files.createDirectories(dir.resolve("data/manifests")));
        refused(
                layer("acme/lib", "file:/way/x.json"),
                "acme/lib@1 (any) lays /way/x.json, where this agent keeps what is its own (" + dir.resolve("data")
                        + "); publish it for another place");
    }

    /** The disk took what was written down; the adapter knows it still. */
    @Test
    void namesThatWereLostAreAskedOfTheAdapter() throws Exception {
        fits(layer("acme/lib", "file:/srv/app/lib"));
        try (var all = Files.walk(dir.resolve("data/homes"))) {
            for (Path file : all.filter(one -> one.endsWith(".footprint")).toList()) {
                Files.writeString(file, Files.readString(file).replace("/srv/app/lib", "/srv/xxx/lib"));
            }
        }
        refused(
                release("acme/app", "/srv/app"),
                "acme/lib@1 (any) lays /srv/app/lib, where acme/app@1 (any) has /srv/app" + MEND);
    }
}
