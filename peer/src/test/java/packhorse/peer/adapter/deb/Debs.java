package packhorse.peer.adapter.deb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import packhorse.core.testing.OutsideProgram;

/** Builds tiny .deb files with dpkg-deb. */
public final class Debs {
    /** Scripts run outside the scratch root, which has no shell. */
    public static final String SCRATCH = "'scripts': 'chrootless'";

    private final Path directory;
    private final Path dpkgDeb = OutsideProgram.require("dpkg-deb");
    private int built;

    public Debs(Path directory) {
        this.directory = directory;
    }

    /** One package's parts. */
    public static final class Parts {
        private final String name;
        private final String version;
        private final Map<String, String> files = new TreeMap<>();
        private final Map<String, String> links = new TreeMap<>();
        private final Map<String, Integer> modes = new TreeMap<>();
        private final Map<String, String> scripts = new TreeMap<>();
        private String configuration = "";
        private String fields = "";
        private String architecture = "all";

        Parts(String name, String version) {
            this.name = name;
            this.version = version;
        }

        public Parts file(String path, String text) {
            files.put(path, text);
            return this;
        }

        public Parts mode(String path, int mode) {
            modes.put(path, mode);
            return this;
        }

        public Parts link(String path, String target) {
            links.put(path, target);
            return this;
        }

        public Parts configuration(String path, String text) {
            configuration += path + "\n";
            return file(path, text);
        }

        public Parts script(String moment, String body) {
            scripts.put(moment, "#!/bin/sh\nset -e\n" + body + "\n");
            return this;
        }

        public Parts field(String line) {
            fields += line + "\n";
            return this;
        }

        public Parts architecture(String word) {
            architecture = word;
            return this;
        }
    }

    public static Parts of(String name, String version) {
        return new Parts(name, version);
    }

    public Path build(Parts parts) throws Exception {
        Path tree = directory.resolve("build-" + built++);
        Path control = Files.createDirectories(tree.resolve("DEBIAN"));
        Files.writeString(
                control.resolve("control"),
                "Package: " + parts.name + "\nVersion: " + parts.version + "\nArchitecture: " + parts.architecture
                        + "\nMaintainer: Acme <acme@example.org>\nInstalled-Size: 1\n" + parts.fields
                        + "Description: a package of a test\n");
        if (!parts.configuration.isEmpty()) {
            Files.writeString(control.resolve("conffiles"), parts.configuration);
        }
        for (Map.Entry<String, String> script : parts.scripts.entrySet()) {
            Path file = control.resolve(script.getKey());
            Files.writeString(file, script.getValue());
            Files.setAttribute(file, "unix:mode", 0755);
        }
        for (Map.Entry<String, String> file : parts.files.entrySet()) {
            Path path = at(tree, file.getKey());
            Files.writeString(path, file.getValue());
            Files.setAttribute(path, "unix:mode", parts.modes.getOrDefault(file.getKey(), 0644));
        }
        for (Map.Entry<String, String> link : parts.links.entrySet()) {
            Files.createSymbolicLink(at(tree, link.getKey()), Path.of(link.getValue()));
        }
        Path deb = directory.resolve(parts.name + "_" + parts.version + "_" + parts.architecture + ".deb");
        OutsideProgram.said(
                dpkgDeb.toString(), "--root-owner-group", "-Zxz", "--build", tree.toString(), deb.toString());
        return deb;
    }

    private static Path at(Path tree, String path) throws IOException {
        Path at = tree.resolve(path.substring(1));
        Files.createDirectories(at.getParent());
        return at;
    }
}
