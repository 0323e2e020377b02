package packhorse.peer.adapter.packages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.testing.OutsideProgram;
import packhorse.peer.adapter.Adapter;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Placement;
import packhorse.peer.adapter.Workplace;
import packhorse.peer.adapter.deb.DebAdapter;
import packhorse.peer.adapter.deb.Debs;
import packhorse.peer.adapter.packages.PackageLine.Release;
import packhorse.peer.adapter.rpm.RpmAdapter;
import packhorse.peer.adapter.rpm.Rpms;
import packhorse.peer.adapter.testing.CutFileSystem;

/** What maintainer scripts write where nobody knows of it is on the disk when their step is done, on whatever file system. */
@Timeout(120)
final class ScriptsFilesTest {
    /** On the root's file system, and on another one below it. */
    private static final List<String> ELSEWHERE = List.of("/var/elsewhere", "/srv/elsewhere");

    @TempDir
    Path dir;

    private String seen = "";

    @BeforeEach
    void loopDevices() {
        OutsideProgram.requireLoopDevices();
    }

    @Test
    void ofADeb() throws Exception {
        OutsideProgram.require("dpkg");
        Debs debs = new Debs(dir);
        Path[] files = new Path[2];
        for (int i = 0; i < 2; i++) {
            Debs.Parts parts = Debs.of("acme-app", (i + 1) + ".0-1").file("/opt/acme/app", "version " + i + "\n");
            for (String script : List.of("preinst", "postinst", "prerm", "postrm")) {
                parts.script(
                        script,
                        "for at in " + String.join(" ", ELSEWHERE) + "; do echo " + i + " " + script
                                + " $* >>\"$DPKG_ROOT$at\"; done");
            }
            files[i] = debs.build(parts);
        }
        check(new DebAdapter(), "{'packages':['acme-app'],'scripts':'chrootless'}", files);
    }

    @Test
    void ofAnRpm() throws Exception {
        OutsideProgram.require("rpm");
        Rpms rpms = new Rpms(dir);
        Path[] files = new Path[2];
        for (int i = 0; i < 2; i++) {
            StringBuilder scripts = new StringBuilder();
            for (String script : List.of("pre", "post", "preun", "postun")) {
                scripts.append("\n%").append(script).append(" -p <lua>\n");
                for (String at : ELSEWHERE) {
                    scripts.append("local f = io.open(\"" + at + "\", \"a\"); f:write(\"" + i + " " + script
                            + "\\n\"); f:close()\n");
                }
            }
            files[i] = rpms.build("acme-app", (i + 1) + ".0", scripts.toString(), "/opt/acme/app", "version-" + i);
        }
        check(new RpmAdapter(), "{'packages':['acme-app']}", files);
    }

    private void check(Adapter adapter, String settings, Path... files) throws Exception {
        try (CutFileSystem machine = CutFileSystem.fresh(Files.createDirectory(dir.resolve("machine")));
                CutFileSystem other = CutFileSystem.fresh(Files.createDirectory(dir.resolve("other")))) {
            PackageLine line = new PackageLine(machine.place(), adapter);
            Files.createDirectories(line.root().resolve("var"));
            Path srv = Files.createDirectories(line.root().resolve("srv"));
            OutsideProgram.said("mount", "--bind", other.place().toString(), srv.toString());
            try {
                Release one = line.release("1", files[0], settings);
                Release two = line.release("2", files[1], settings);
                line.install(one);
                durable(line, machine, other, "an installation");
                line.keep(one);
                Workplace here = line.install(two);
                durable(line, machine, other, "an update");
                line.placement(two).undo(here);
                durable(line, machine, other, "what took it back");
                Placement placement = line.placement(one);
                Workplace again = line.workplace(one, InstallDisk.real());
                Files.writeString(line.root().resolve("opt/acme/app"), "spoiled");
                placement.mend(again);
                durable(line, machine, other, "a mending");
                placement.capture(again);
                placement.remove(again);
                durable(line, machine, other, "a removal");
            } finally {
                OutsideProgram.said("umount", srv.toString());
            }
        }
    }

    /** Nothing that scripts wrote is lost with the power now, and they did write since the last time. */
    private void durable(PackageLine line, CutFileSystem machine, CutFileSystem other, String what) throws IOException {
        Path into = Files.createDirectory(dir.resolve(what.replace(' ', '-')));
        String written =
                Files.readString(line.root().resolve(ELSEWHERE.getFirst().substring(1)));
        assertNotEquals(seen, written, what + " ran no script");
        seen = written;
        try (CutFileSystem left = machine.left(Files.createDirectory(into.resolve("machine")));
                CutFileSystem otherLeft = other.left(Files.createDirectory(into.resolve("other")))) {
            assertEquals(written, said(left.place().resolve("root/var/elsewhere")), what);
            assertEquals(written, said(otherLeft.place().resolve("elsewhere")), what + ", on another file system");
        }
    }

    private static String said(Path file) throws IOException {
        return Files.exists(file) ? Files.readString(file) : "(nothing)";
    }
}
