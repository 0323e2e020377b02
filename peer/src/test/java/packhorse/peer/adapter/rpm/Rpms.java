package packhorse.peer.adapter.rpm;

import java.nio.file.Files;
import java.nio.file.Path;
import packhorse.core.testing.OutsideProgram;

/** Builds tiny .rpm files with rpmbuild. */
public final class Rpms {
    private final Path directory;
    private final Path rpmbuild = OutsideProgram.require("rpmbuild");

    public Rpms(Path directory) {
        this.directory = directory;
    }

    /**
     * A package of files, links ({@code ->target}) and, below {@code /etc}, configuration files.
     *
     * @param more of its spec; scripts in Lua run inside rpm, the scratch root has no shell
     */
    public Path build(String name, String version, String more, String... pathsAndTexts) throws Exception {
        StringBuilder install = new StringBuilder("mkdir -p %{buildroot}\n");
        StringBuilder files = new StringBuilder();
        for (int i = 0; i < pathsAndTexts.length; i += 2) {
            String path = pathsAndTexts[i];
            String at = "%{buildroot}" + path;
            install.append("mkdir -p $(dirname ").append(at).append(")\n");
            if (pathsAndTexts[i + 1].startsWith("->")) {
                install.append("ln -s ")
                        .append(pathsAndTexts[i + 1].substring(2))
                        .append(' ')
                        .append(at)
                        .append('\n');
            } else {
                install.append("echo ")
                        .append(pathsAndTexts[i + 1])
                        .append(" >")
                        .append(at)
                        .append('\n');
            }
            files.append(path.startsWith("/etc") ? "%config(noreplace) " : "")
                    .append(path)
                    .append('\n');
        }
        Path spec = directory.resolve(name + "-" + version + ".spec");
        Files.writeString(
                spec,
                "Name: " + name + "\nVersion: " + version + "\nRelease: 1\nSummary: t\nLicense: t\nBuildArch: noarch\n"
                        + "%description\nt\n%install\n" + install + more + "\n%files\n" + files);
        return build(spec, name + "-" + version + "-1");
    }

    /** Of a whole spec. */
    Path build(Path spec, String named) throws Exception {
        Path top = directory.resolve("rpmbuild");
        OutsideProgram.said(rpmbuild.toString(), "--quiet", "--define", "_topdir " + top, "-bb", spec.toString());
        return top.resolve("RPMS/noarch/" + named + ".noarch.rpm");
    }
}
