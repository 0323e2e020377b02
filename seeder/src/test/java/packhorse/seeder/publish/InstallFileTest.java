package packhorse.seeder.publish;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import packhorse.core.UsageException;
import packhorse.core.content.CodeClass;
import packhorse.core.content.InstallSection;
import packhorse.core.content.InstallSection.Activating;
import packhorse.core.content.InstallSection.Drift;
import packhorse.core.content.InstallSection.HookMoment;
import packhorse.core.content.InstallSection.Phase;
import packhorse.core.content.Kind;
import packhorse.core.content.Manifest;
import packhorse.core.content.ManifestCodec;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonBoolean;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.peer.adapter.Adapter;
import packhorse.peer.adapter.Adapters;
import packhorse.peer.adapter.Outcome;
import packhorse.peer.adapter.Placement;
import packhorse.peer.adapter.Workplace;
import packhorse.seeder.Deployment;
import packhorse.seeder.build.Progress;

/** What publishers write, and what is refused with its place before anything is written. */
@Timeout(120)
class InstallFileTest {
    private static final Adapters ADAPTERS =
            new Adapters(List.of(new Judge("box"), new Judge("image"), new Judge("lid")));

    /** Adapters that this program has not, and that tests of publishing need no opinion of. */
    private static final Set<String> ADDED = Set.of("crate");

    @TempDir
    private Path dir;

    private Path tree;
    private Path file;

    @BeforeEach
    void makeTree() throws IOException {
        tree = Files.createDirectories(dir.resolve("app"));
        file = dir.resolve("app.install.yaml");
        Files.createDirectories(tree.resolve("hooks"));
        for (String each : List.of("hooks/stop.sh", "hooks/start.sh", "hooks/health.sh")) {
            Files.writeString(tree.resolve(each), "#!/bin/sh\n");
            Files.setPosixFilePermissions(tree.resolve(each), PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Files.writeString(tree.resolve("hooks/plain.sh"), "#!/bin/sh\n");
        Files.createSymbolicLink(tree.resolve("hooks/link.sh"), Path.of("stop.sh"));
    }

    private InstallFile read(String yaml) throws IOException {
        Files.writeString(file, yaml);
        return InstallFile.read(file, ADAPTERS, ADDED);
    }

    @Test
    void aWholeFileSaysWhatItSays() throws IOException {
        InstallSection section = read("""
            adapter: box
            settings: {into: /opt/acme, count: 3, deep: {list: [a, 1, true], mode: "0644"}}
            hooks:
              pre:    {run: [hooks/stop.sh], undo: [hooks/start.sh], timeout: 90s}
              health: {run: [hooks/health.sh], changes: false, timeout: 30s, environment: {MODE: fast, N: 1}}
              post:   {run: [/usr/bin/systemctl, restart, app], privileged: true}
            returnCodes: {3010: success-reboot, 75: transient, -1: user}
            timeouts: {apply: 10m, verify: 2m}
            conflicts: [acme/oldapp]
            disk: 200MiB
            activation: by-order
            drift: mend
            requires: [/usr/bin/systemctl]
            """).section();
        assertEquals("box", section.adapter());
        assertEquals(
                JsonObject.of(Map.of(
                        "into", new JsonString("/opt/acme"),
                        "count", new JsonInteger(3),
                        "deep",
                                JsonObject.of(Map.of(
                                        "list",
                                        new JsonArray(List.of(
                                                new JsonString("a"), new JsonInteger(1), new JsonBoolean(true))),
                                        "mode",
                                        new JsonString("0644"))))),
                section.settings());
        assertEquals(
                Optional.of(List.of("hooks/start.sh")),
                hook(section, HookMoment.PRE).undo());
        assertEquals(Duration.ofSeconds(90), hook(section, HookMoment.PRE).timeout());
        assertEquals(
                Map.of("MODE", "fast", "N", "1"),
                hook(section, HookMoment.HEALTH).environment());
        assertTrue(hook(section, HookMoment.POST).privileged());
        assertTrue(hook(section, HookMoment.POST).changes());
        assertEquals(InstallFile.HOOK_TIMEOUT, hook(section, HookMoment.POST).timeout());
        assertFalse(section.hooksReversible());
        assertEquals(
                Map.of(3010, CodeClass.SUCCESS_REBOOT, 75, CodeClass.TRANSIENT, -1, CodeClass.USER),
                section.returnCodes());
        assertEquals(
                Map.of(Phase.APPLY, Duration.ofMinutes(10), Phase.VERIFY, Duration.ofMinutes(2)), section.timeouts());
        assertEquals("acme/oldapp", section.conflicts().getFirst().name().toString());
        assertEquals(200L << 20, section.diskBytes());
        assertEquals(Activating.BY_ORDER, section.activation());
        assertEquals(Drift.MEND, section.drift());
        assertEquals(List.of("/usr/bin/systemctl"), section.requires());
    }

    @Test
    void theLeastFileHasTheDefaults() throws IOException {
        InstallSection section = read("adapter: box\n").section();
        assertEquals(JsonObject.of(Map.of()), section.settings());
        assertEquals(Activating.WITH_INSTALL, section.activation());
        assertEquals(Drift.REPORT, section.drift());
        assertTrue(section.hooksReversible());
    }

    @Test
    void theSampleIsPublishedAndCanBeTakenBack() throws IOException {
        Deployment deployment = new Deployment(dir, InstantSource.system(), "127.40.9.5");
        InstallFile sample = InstallFile.read(Path.of("samples/app.install.yaml"), Adapters.standard(), Set.of());
        assertEquals(3, sample.section().hooks().size());
        ReleaseId id = new ReleaseId(ReleaseName.parse("acme/app"), Version.parse("1"), Platform.ANY);
        try (Destinations.Session session = deployment.local(deployment.targetsKeys(), Progress.none())) {
            Published published = session.publisher()
                    .publish(new PublishRequest(tree, id, Kind.PACKAGE, false, false, List.of(), Optional.of(sample)));
            assertEquals(Optional.of("archive"), published.adapter());
            assertEquals(List.of(), published.irreversible());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "adapter: chest | :1:10: there is no adapter \"chest\" here, only box, image, lid; if the machines"
                        + " have it, say --allow-adapter chest",
                "adapter: Box! | :1:10: \"Box!\" is not an adapter",
                "settings: {} | \"adapter\" is missing",
                "adapter: box~setings: {a: 1} | :2:1: unknown key \"setings\"; known here:",
                "adapter: box~settings: [a] | :2:11: \"settings\" holds",
                "adapter: box~settings: {mode: 0644} | :2:18: \"mode\" is written as the number 0644, which others may"
                        + " read as another one",
                "adapter: box~settings: {ratio: 1.5} | :2:19: \"ratio\" is written as the number 1.5",
                "adapter: box~settings: {id: 99999999999999999999} | put it in quotes",
                "adapter: box~settings: {a: } | :2:14: \"a\" has no value",
                "adapter: box~settings: {a: 1, a: 2} | the key \"a\" stands twice",
                "adapter: box~hooks: {before: {run: [x]}} | :2:9: unknown key \"before\"; known here: health, post,"
                        + " pre, pre-remove",
                "adapter: box~hooks: {pre: {}} | \"run\" is missing",
                "adapter: box~hooks: {pre: {run: []}} | \"run\" names a program",
                "adapter: box~hooks: {pre: {run: [../x]}} | :2:21: ../x: the path \"../x\" has the element \"..\"; a"
                        + " program is a path inside the content, or absolute",
                "adapter: box~hooks: {pre: {run: [/x], timeout: 0s}} | timeout: 0s is not from 1s to 24h",
                "adapter: box~hooks: {pre: {run: [/x], timeout: 1500ms}} | timeout: 1500ms is not from 1s to 24h in"
                        + " whole seconds",
                "adapter: box~hooks: {pre: {run: [/x], shell: true}} | unknown key \"shell\"",
                "adapter: box~hooks: {pre: {run: [/x], environment: {A B: c}}} | \"A B\" is no variable's name",
                "adapter: box~hooks: {pre: {run: [/x], undo: [/y], changes: false}} | has nothing to undo",
                "adapter: box~hooks: {health: {run: [/x], changes: true}} | a health check only looks",
                "adapter: box~returnCodes: {75: splendid} | :2:19: 75: \"splendid\" is not known; write one of"
                        + " success, success-reboot, transient, permanent, user, environment",
                "adapter: box~returnCodes: {many: transient} | :2:15: \"many\" is no return code",
                "adapter: box~returnCodes: {075: transient} | :2:15: \"075\" is written as 75",
                "adapter: box~timeouts: {apply: 25h} | :2:19: apply: 25h is not from 1s to 24h",
                "adapter: box~timeouts: {lunch: 1h} | unknown key \"lunch\"",
                "adapter: box~conflicts: [oldapp] | :2:13: conflicts:",
                "adapter: box~disk: plenty | :2:7: disk:",
                "adapter: box~activation: later | activation: \"later\" is not known; write one of with-install,"
                        + " by-order",
                "adapter: box~drift: maybe | drift: \"maybe\" is not known",
                "adapter: box~requires: [dpkg] | :2:12: requires: \"dpkg\" is no absolute path",
            })
    void whatIsWrongIsRefusedWithItsPlace(String yaml, String why) {
        String message = line(assertThrows(UsageException.class, () -> read(yaml.replace("~", "\n"))));
        assertTrue(message.contains(why), message);
        assertTrue(message.startsWith(file.toString() + ":"), message);
    }

    private Published publish(Deployment deployment, String yaml, Path source, Kind kind, String version)
            throws IOException {
        ReleaseId id = new ReleaseId(ReleaseName.parse("acme/app"), Version.parse(version), Platform.ANY);
        PublishRequest request = new PublishRequest(source, id, kind, false, false, List.of(), Optional.of(read(yaml)));
        try (Destinations.Session session = deployment.local(deployment.targetsKeys(), Progress.none())) {
            return session.publisher().publish(request);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "adapter: crate~hooks: {pre: {run: [hooks/none.sh], undo: [/x]}} | :2:21: there is no file"
                        + " hooks/none.sh in",
                "adapter: crate~hooks: {pre: {run: [/x], undo: [hooks/none.sh]}} | :2:33: there is no file"
                        + " hooks/none.sh in",
                "adapter: crate~hooks: {pre: {run: [hooks/plain.sh]}} | is not executable; chmod +x",
                "adapter: crate~hooks: {pre: {run: [hooks/link.sh]}} | there is no file hooks/link.sh in",
                "adapter: crate~hooks: {pre: {run: [hooks]}} | there is no file hooks in",
                "adapter: image | :1:10: the adapter image writes images, and this is published as a package; add"
                        + " --kind image",
                "adapter: box~settings: {no: this will not do} | :2:11: the adapter box says: this will not do",
                "adapter: lid~hooks: {pre: {run: [hooks/stop.sh]}} | :2:8: the hook pre runs hooks/stop.sh, but a"
                        + " release of the kind lid lays out no files",
                "adapter: box~hooks: {pre: {run: [/x], environment: {PACKHORSE_HOME: a}}} | :2:8: the hook pre sets"
                        + " the variable",
                "adapter: crate~settings: {long: LONG} | :2:11: the manifest would have",
            })
    void whatContradictsItsSourceIsRefusedBeforeAnythingIsWritten(String yaml, String why) throws IOException {
        Deployment deployment = new Deployment(dir, InstantSource.system(), "127.40.9.1");
        assertEquals(Optional.empty(), deployment.directory().document("acme/app/1/any.json"));
        Set<String> before = files(deployment);
        String text = yaml.replace("~", "\n").replace("LONG", "x".repeat(ManifestCodec.BYTES_MAX));
        String message =
                line(assertThrows(UsageException.class, () -> publish(deployment, text, tree, Kind.PACKAGE, "1")));
        assertTrue(message.contains(why), message);
        assertTrue(message.startsWith(file.toString() + ":"), message);
        assertEquals(before, files(deployment));
    }

    private static Set<String> files(Deployment deployment) throws IOException {
        try (Stream<Path> all = Files.walk(deployment.data())) {
            return all.filter(Files::isRegularFile).map(Path::toString).collect(Collectors.toSet());
        }
    }

    @Test
    void aHookOfASingleFileIsTheFileItselfOrOnTheMachine() throws IOException {
        Deployment deployment = new Deployment(dir, InstantSource.system(), "127.40.9.2");
        Path single = tree.resolve("hooks/stop.sh");
        String message = line(assertThrows(
                UsageException.class,
                () -> publish(
                        deployment,
                        "adapter: box\nhooks: {pre: {run: [hooks/stop.sh]}}\n",
                        single,
                        Kind.PACKAGE,
                        "1")));
        assertTrue(message.contains(":2:21: there is no hooks/stop.sh in the content"), message);
        assertTrue(publish(deployment, "adapter: box\nhooks: {pre: {run: [stop.sh]}}\n", single, Kind.PACKAGE, "1")
                .isNew());
    }

    @Test
    void theSectionIsSignedWithTheReleaseAndPartOfItsIdentity() throws IOException {
        Deployment deployment = new Deployment(dir, InstantSource.system(), "127.40.9.3");
        String yaml = "adapter: crate\nsettings: {into: /opt/acme}\nhooks: {pre: {run: [hooks/stop.sh]}}\n";
        Published first = publish(deployment, yaml, tree, Kind.PACKAGE, "1");
        assertTrue(first.isNew());
        assertEquals(Optional.of("crate"), first.adapter());
        byte[] document = deployment.directory().document("acme/app/1/any.json").orElseThrow();
        Manifest manifest = ManifestCodec.decode(document);
        assertEquals(read(yaml).section(), manifest.install().orElseThrow());
        assertTrue(first.irreversible().contains("the hook pre changes the machine and declares no undo"));
        assertTrue(first.irreversible().stream().anyMatch(reason -> reason.contains("crate is not here to say")));

        Published again = publish(deployment, yaml + "# said otherwise, meant the same\n", tree, Kind.PACKAGE, "1");
        assertFalse(again.isNew());
        assertEquals(first.irreversible(), again.irreversible());
        String message = line(assertThrows(
                UsageException.class, () -> publish(deployment, yaml + "drift: mend\n", tree, Kind.PACKAGE, "1")));
        assertTrue(message.contains("how it is put in place"), message);
        assertArrayEquals(
                document, deployment.directory().document("acme/app/1/any.json").orElseThrow());
    }

    @Test
    void aBundleSaysWhichMemberCannotBeTakenBack() throws IOException {
        Deployment deployment = new Deployment(dir, InstantSource.system(), "127.40.9.4");
        publish(deployment, "adapter: crate\nhooks: {pre: {run: [hooks/stop.sh]}}\n", tree, Kind.PACKAGE, "1");
        try (Destinations.Session session = deployment.local(deployment.targetsKeys(), Progress.none())) {
            assertEquals(
                    List.of(),
                    session.publisher()
                            .publish(Deployment.request(tree, "acme/files", "1"))
                            .irreversible());
        }
        Path bundle = Files.writeString(dir.resolve("desktop.yaml"), """
            name: acme/desktop
            version: 1
            members:
              - {name: acme/files, version: 1}
              - {name: acme/app, version: 1}
            """);
        try (Destinations.Session session = deployment.local(deployment.targetsKeys(), Progress.none())) {
            Published published = session.publisher().publish(BundleRequest.read(bundle));
            assertTrue(published.irreversible().stream().allMatch(reason -> reason.startsWith("acme/app@1")));
            assertTrue(published.irreversible().stream().anyMatch(reason -> reason.contains("declares no undo")));
        }
    }

    private static InstallSection.Hook hook(InstallSection section, HookMoment moment) {
        return Objects.requireNonNull(section.hooks().get(moment));
    }

    private static String line(RuntimeException e) {
        String message = String.valueOf(e.getMessage());
        assertEquals(1, message.lines().count(), message);
        return message;
    }

    /** Refuses settings that ask for it. */
    private record Judge(String name) implements Adapter {
        @Override
        public Placement read(Manifest manifest, InstallSection section) {
            if (section.settings().members().get("no") instanceof JsonString why) {
                throw new IllegalArgumentException(why.value());
            }
            return new Lid(!name.equals("lid"));
        }
    }

    /** Puts nothing anywhere. */
    private record Lid(boolean bringsTree) implements Placement {
        @Override
        public Set<Path> claims() {
            return Set.of();
        }

        @Override
        public boolean undoable() {
            return bringsTree;
        }

        @Override
        public List<String> precheck(Workplace here) {
            return List.of();
        }

        @Override
        public List<SpaceNeed> space(Workplace here) {
            return List.of();
        }

        @Override
        public void prepare(Workplace here) {}

        @Override
        public void capture(Workplace here) {}

        @Override
        public Outcome apply(Workplace here) {
            return Outcome.DONE;
        }

        @Override
        public Outcome activate(Workplace here) {
            return Outcome.DONE;
        }

        @Override
        public List<String> verify(Workplace here) {
            return List.of();
        }

        @Override
        public Outcome undo(Workplace here) {
            return Outcome.DONE;
        }

        @Override
        public void commit(Workplace here) {}

        @Override
        public Outcome remove(Workplace here) {
            return Outcome.DONE;
        }

        @Override
        public void mend(Workplace here) {}
    }
}
