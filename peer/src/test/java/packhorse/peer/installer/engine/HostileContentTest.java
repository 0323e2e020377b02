package packhorse.peer.installer.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import packhorse.core.content.CodeClass;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.core.testing.OnlyAs;
import packhorse.core.testing.OutsideProgram;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.deb.HostileDebs;
import packhorse.peer.adapter.rpm.HostileRpms;
import packhorse.peer.adapter.testing.TreePicture;
import packhorse.peer.hook.MachinePrograms;
import packhorse.peer.hook.RunLimits;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.TaskStatus;

/** What hostile packages and edits come to below the whole engine: one line, and a machine on which nothing was written. */
@Timeout(120)
final class HostileContentTest {
    private static final String APP = "{'packages':['acme-app'],'scripts':'chrootless'}";

    @TempDir
    static Path built;

    @TempDir
    Path dir;

    private final Bench bench = new Bench(new MachinePrograms(RunLimits.DEFAULT));
    private Path root;

    @BeforeEach
    void aMachine() throws IOException {
        OnlyAs.root();
        root = Files.createDirectories(dir.resolve("machine/root"));
        Files.createDirectories(root.resolve("etc"));
        Files.writeString(root.resolve("etc/others"), "stays");
        Files.writeString(dir.resolve("outside"), "stays");
    }

    private static InstallTask with(InstallTask task, Map<String, String> variables) {
        return new InstallTask(
                task.action(),
                task.subject(),
                task.operation(),
                task.members(),
                task.stage(),
                task.leaseUntil(),
                task.policy(),
                new TreeMap<>(variables));
    }

    /** @return what was said */
    private TaskStatus untouched(
            Map<String, String> variables, String adapter, String settings, String name, byte[] bytes)
            throws IOException {
        InstallTask.Member member = bench.release("acme/app", "1")
                .of(adapter, settings, name, bytes)
                .listed();
        TreePicture before = TreePicture.of(root);
        TaskStatus status = bench.live(
                dir.resolve("machine"), with(Bench.task("h", Operation.INSTALL, Bench.AT_ONCE, member), variables));
        assertEquals(List.of(), TreePicture.of(root).differences(before), status::detail);
        assertEquals("stays", Files.readString(dir.resolve("outside")));
        assertEquals(1, status.detail().lines().count(), status::detail);
        return status;
    }

    private void refused(String adapter, String settings, String name, byte[] bytes, String line) throws IOException {
        refused(Map.of(), adapter, settings, name, bytes, line);
    }

    private void refused(
            Map<String, String> variables, String adapter, String settings, String name, byte[] bytes, String line)
            throws IOException {
        TaskStatus status = untouched(variables, adapter, settings, name, bytes);
        assertEquals(ActionState.REFUSED, status.state(), status::detail);
        assertTrue(status.detail().contains(line), () -> status.detail() + "\n  instead of " + line);
    }

    // ---- deb ----

    static List<HostileDebs.Hostile> debs() {
        return HostileDebs.all();
    }

    @ParameterizedTest
    @MethodSource("debs")
    void aHostileDeb(HostileDebs.Hostile hostile) throws Exception {
        OutsideProgram.require("dpkg");
        refused("deb", APP, "acme-app_1_all.deb", hostile.deb(), hostile.line());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Package: evil#Version: 1#Architecture: all           | should hold the package acme-app, but holds"
                        + " evil",
                "Package: ../../evil#Version: 1#Architecture: all     | should hold the package acme-app, but holds",
                "Package: acme-app#Version: 2#Architecture: all       | should hold acme-app 1, but holds 2",
                "Package: acme-app#Version: 1#Architecture: sparc64   | the package acme-app is for sparc64, this"
                        + " machine",
                "Package: acme-app#Version: 1                         | says no architecture in its control file",
                "Package: a#Package: acme-app#Version: 1#Architecture: all | dpkg would not install it: "
            })
    void aDebWhoseControlFileLies(String control, String line) throws Exception {
        OutsideProgram.require("dpkg");
        byte[] deb = HostileDebs.saying(control.strip().replace('#', '\n') + "\n");
        refused("deb", "{'packages':{'acme-app':'1'},'scripts':'chrootless'}", "acme-app_1_all.deb", deb, line);
    }

    /** dpkg follows links as this machine does, not as one whose root that is. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aDebThatDpkgWouldUnpackOutsideOfAnotherRoot(boolean absolute) throws Exception {
        OutsideProgram.require("dpkg");
        Files.createDirectories(root.resolve("opt"));
        Path outside = Files.createDirectories(dir.resolve("others"));
        Files.createSymbolicLink(root.resolve("opt/a"), absolute ? outside : Path.of("../../../others"));
        refused(
                "deb",
                APP,
                "acme-app_1_all.deb",
                HostileDebs.of("./opt/a/passwd"),
                "holds /opt/a/passwd, and dpkg would follow the link /opt/a out of ");
        assertEquals(new TreeMap<>(), TreePicture.of(outside).entries());
    }

    // ---- rpm ----

    @Test
    void hostileRpms() throws Exception {
        OutsideProgram.require("rpm");
        for (HostileRpms.Hostile hostile : HostileRpms.all(built)) {
            refused("rpm", "{'packages':['acme-app']}", "acme-app-1-1.noarch.rpm", hostile.rpm(), hostile.line());
            InstallDisk.real().delete(dir.resolve("machine/data"));
        }
    }

    /** What its digests tell, rpm tells; it looks before it writes. */
    @Test
    void rpmsThatRpmItselfRefuses() throws Exception {
        OutsideProgram.require("rpm");
        for (HostileRpms.Hostile hostile : HostileRpms.forRpm(built)) {
            TaskStatus status =
                    untouched(Map.of(), "rpm", "{'packages':['acme-app']}", "acme-app-1-1.noarch.rpm", hostile.rpm());
            assertEquals(ActionState.FAILED, status.state(), status::detail);
            assertEquals(Optional.of(CodeClass.PERMANENT), status.codeClass(), status::detail);
            assertTrue(status.detail().contains(hostile.line()), () -> hostile + ": " + status.detail());
            InstallDisk.real().delete(dir.resolve("machine/data"));
        }
    }

    // ---- config ----

    private static String edit(String file, String more) {
        return "{'edits':[{'file':'" + file + "'," + more + "}]}";
    }

    @ParameterizedTest
    @CsvSource({"pipe, p", "device, c 1 3", "block, b 7 0"})
    void aConfigurationThatIsNoFile(String name, String type) throws Exception {
        Path node = root.resolve("etc").resolve(name);
        List<String> command = new java.util.ArrayList<>(List.of("mknod", node.toString()));
        command.addAll(List.of(type.split(" ", -1)));
        OutsideProgram.said(command.toArray(String[]::new));
        refused(
                "config",
                edit("/etc/" + name, "'format':'template','text':'evil'"),
                "t",
                new byte[1],
                node.toRealPath() + " is no regular file; move it away or correct the path");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x\ny=1", "x\ry=1", "x\0", "x\u0085y", "x\u001b[2J"})
    void aVariableThatBringsMoreThanItsValue(String value) throws Exception {
        for (String format : List.of(
                "'format':'ini','set':{'a':'${v}'},'create':true",
                "'format':'ini','quote':'shell','set':{'a':'${v}'},'create':true",
                "'format':'template','text':'a=${v}'",
                "'format':'response','set':{'a':'${v}'}")) {
            refused(Map.of("v", value), "config", edit("/etc/app", format), "t", new byte[1], "/etc/app: ");
            InstallDisk.real().delete(dir.resolve("machine/data"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"link", "directory/app"})
    void aFileThroughAUsersLink(String his) throws Exception {
        Path home = Files.createDirectories(root.resolve("home/u"));
        Files.createSymbolicLink(home.resolve("link"), Path.of("/etc/others"));
        Files.createSymbolicLink(home.resolve("directory"), Path.of("/etc"));
        for (Path one : List.of(home, home.resolve("link"), home.resolve("directory"))) {
            InstallDisk.real().owner(one, 1000, 1000);
        }
        refused(
                "config",
                edit("/home/u/" + his, "'format':'template','text':'evil'"),
                "t",
                new byte[1],
                "that user could lead it elsewhere: correct the owners");
    }

    // ---- image ----

    @ParameterizedTest
    @CsvSource({"pipe, p", "device, c 1 3"})
    void anImageForWhatIsNoPlaceForOne(String name, String type) throws Exception {
        Path node = root.resolve(name);
        List<String> command = new java.util.ArrayList<>(List.of("mknod", node.toString()));
        command.addAll(List.of(type.split(" ", -1)));
        OutsideProgram.said(command.toArray(String[]::new));
        refused(
                "image",
                "{'device':'/" + name + "'}",
                "disk.img",
                "image".getBytes(UTF_8),
                "/" + name + " is neither a block device nor a file; correct the path");
    }

    @Test
    void anImageThatSaysLessThanItsPlaceTakes() throws Exception {
        Files.write(root.resolve("disk"), new byte[4]);
        refused(
                "image",
                "{'device':'/disk'}",
                "disk.img",
                "image".getBytes(UTF_8),
                "/disk holds 4 bytes, and the image has 5; make it larger, or take a smaller image");
    }
}
