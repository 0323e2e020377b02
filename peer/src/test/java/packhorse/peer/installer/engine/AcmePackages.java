package packhorse.peer.installer.engine;

import java.nio.file.Path;
import java.util.List;
import packhorse.core.testing.OutsideProgram;
import packhorse.peer.adapter.deb.Debs;
import packhorse.peer.adapter.rpm.Rpms;

/**
 * A package in two versions, which differ in all that a package may have.
 *
 * @param adapter that installs it
 * @param settings of both releases, JSON in which ' stands for "
 * @param files the older one first
 */
record AcmePackages(String adapter, String settings, List<Path> files) {
    /** Enough for a disk to fill up in its middle. */
    private static final String LARGE = "0123456789abcdef".repeat(8 << 10);

    AcmePackages {
        files = List.copyOf(files);
    }

    /** Of dpkg's, with maintainer scripts. */
    static AcmePackages debs(Path built) throws Exception {
        OutsideProgram.require("dpkg");
        Debs deb = new Debs(built);
        Path one = deb.build(Debs.of("acme-app", "1.0-1")
                .file("/opt/acme/bin/app", "one\n")
                .mode("/opt/acme/bin/app", 04755)
                .file("/opt/acme/only-one", "gone with two\n")
                .file("/opt/acme/kind/file", "a directory in one\n")
                .link("/opt/acme/current", "bin/app")
                .configuration("/etc/acme/app.conf", "color=red\n")
                .script("postinst", "echo one >\"$DPKG_ROOT/opt/acme/state\"")
                .script("postrm", "rm -f \"$DPKG_ROOT/opt/acme/state\""));
        Path two = deb.build(Debs.of("acme-app", "2.0-1")
                .file("/opt/acme/bin/app", "two two\n")
                .file("/opt/acme/only-two/deep/file", "new\n")
                .file("/opt/acme/only-two/large", LARGE)
                .link("/opt/acme/current", "only-two")
                .configuration("/etc/acme/app.conf", "color=blue\n")
                .script("preinst", ": >\"$DPKG_ROOT/opt/acme/state\"")
                .script("postinst", "echo two >\"$DPKG_ROOT/opt/acme/state\"")
                .script("postrm", "rm -f \"$DPKG_ROOT/opt/acme/state\""));
        return new AcmePackages(
                "deb",
                "{'also':['/opt/acme/state'],'packages':['acme-app'],'scripts':'chrootless'}",
                List.of(one, two));
    }

    /** Of rpm's. */
    static AcmePackages rpms(Path built) throws Exception {
        OutsideProgram.require("rpm");
        Rpms rpm = new Rpms(built);
        Path one = rpm.build(
                "acme-app",
                "1.0",
                "",
                "/opt/acme/app",
                "one",
                "/opt/acme/only-one/deep/file",
                "x",
                "/opt/acme/current",
                "->app",
                "/etc/acme.conf",
                "color=red");
        Path two = rpm.build(
                "acme-app",
                "2.0",
                "",
                "/opt/acme/app",
                "two two",
                "/opt/acme/only-two/deep/file",
                "y",
                "/opt/acme/only-two/large",
                LARGE,
                "/opt/acme/current",
                "->only-two",
                "/etc/acme.conf",
                "color=blue");
        return new AcmePackages("rpm", "{'packages':['acme-app']}", List.of(one, two));
    }
}
