package packhorse.dist.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import packhorse.console.json.Records;
import packhorse.core.OperationException;
import packhorse.core.durable.DurableFiles;

/** What the demo's people order: small releases, built and published here and entered into the console's catalogue. */
final class Wares {
    static final String TOOL = "demo/tool";

    /** What the tool works with; its file holds its version. */
    private static final String DATABASE = "/etc/database";

    private static final String PLACE = "opt/demo/tool";
    private static final String SAYS = "echo this is tool ";

    private final Deployment deployment;
    private final ScratchFolder scratch;
    private final Person cataloguer;
    private int sections;

    /** @param cataloguer enters them into the catalogue */
    Wares(Deployment deployment, Person cataloguer) {
        this.deployment = deployment;
        this.scratch = deployment.scratch();
        this.cataloguer = cataloguer;
    }

    /** Publishes the tool; {@code needsNew}: its check fails on machines whose database is old ({@link #database}). */
    Ware tool(String version, boolean needsNew) throws InterruptedException {
        Path tree = scratch.folder("tool-" + version).resolve("tool");
        String check = needsNew ? "grep -qx 16 \"$PACKHORSE_ROOT" + DATABASE + "\"\n" : "";
        program(tree.resolve("bin/tool"), "#!/bin/sh\n" + SAYS + version + "\n" + check);
        String section = """
            adapter: archive
            settings: {into: /%s}
            hooks: {health: {run: [bin/tool], timeout: 30s}}
            """.formatted(PLACE) + (needsNew ? "requires: [" + DATABASE + "]\n" : "");
        return publish(TOOL, version, false, "package", tree, section, List.of());
    }

    /** Publishes a file or tree, with how it is put in place. */
    Ware publish(
            String product,
            String version,
            boolean carried,
            String kind,
            Path content,
            String section,
            List<String> how)
            throws InterruptedException {
        Path install = scratch.write("install-" + ++sections + ".yaml", section);
        List<String> options = new ArrayList<>(List.of("--install", install.toString(), "--kind", kind));
        options.addAll(how);
        Object published = Records.plain(
                deployment.published(List.of(content.toString(), "--name", product, "--version", version), options),
                "what publishing said");
        Ware ware = new Ware(product, version, carried);
        cataloguer.does(
                "release",
                "catalogue",
                "--release",
                ware.release(),
                "--manifest",
                Person.text(published, "document"),
                "--size",
                Person.text(published, "bytes"),
                "--kind",
                kind.equals("image") ? "IMAGE" : "PACKAGE");
        return ware;
    }

    /** Writes a program. */
    static void program(Path file, String text) {
        try {
            Files.createDirectories(file.resolveSibling("."));
            Files.writeString(file, text);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new OperationException("cannot write the program " + file + ": " + DurableFiles.reason(e), e);
        }
    }

    /** Gives a machine a database of that version; the tool needs one from 16 on. */
    void database(Office.Machine machine, String version) {
        try {
            Path file = Governed.root(machine).resolve(DATABASE.substring(1));
            Files.createDirectories(file.resolveSibling("."));
            Files.writeString(file, version + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fails where a machine has another version of the tool in use, or none. */
    void requireEverywhere(Ware tool) {
        for (Office.Machine machine : deployment.machines()) {
            String has = toolOf(machine);
            if (!has.equals(tool.version())) {
                throw new OperationException(
                        machine.id() + " has " + (has.isEmpty() ? "no tool" : has) + ", not " + tool.version());
            }
        }
    }

    /** The version of the tool that a machine has in use; empty: none. */
    String toolOf(Office.Machine machine) {
        Path tool = Governed.root(machine).resolve(PLACE).resolve("current/bin/tool");
        try {
            return Files.exists(tool) ? Files.readAllLines(tool).get(1).substring(SAYS.length()) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
