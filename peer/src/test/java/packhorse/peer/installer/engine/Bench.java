package packhorse.peer.installer.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import packhorse.core.content.BlobRef;
import packhorse.core.content.CodeClass;
import packhorse.core.content.ContentHasher;
import packhorse.core.content.ContentHashes;
import packhorse.core.content.Dependency;
import packhorse.core.content.InstallSection;
import packhorse.core.content.InstallSection.Hook;
import packhorse.core.content.InstallSection.HookMoment;
import packhorse.core.content.Kind;
import packhorse.core.content.Manifest;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Torrents;
import packhorse.core.content.Version;
import packhorse.core.json.Json;
import packhorse.core.json.JsonReader;
import packhorse.core.state.ActionState;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.LineState;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.Adapters;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Programs;
import packhorse.peer.adapter.testing.TreePicture;
import packhorse.peer.hook.HookRunner;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.TaskStatus;

/** A machine for the engine to work on: releases of the {@link PlainAdapter}, a desk that hands them out, and hooks that are noted. */
final class Bench {
    static final Instant NOW = Instant.parse("2026-11-21T20:00:00Z");
    static final InstallPolicy AT_ONCE = new InstallPolicy(Optional.empty(), false, false, false, false, true);

    private final Map<Sha256, Manifest> manifests = new ConcurrentHashMap<>();
    private final Map<Sha256, byte[]> contents = new ConcurrentHashMap<>();
    /** What ends a hook, by its second word; else 0. */
    final Map<String, Integer> codes = new ConcurrentHashMap<>();

    final List<String> hooks = java.util.Collections.synchronizedList(new ArrayList<>());
    String boot = "first";
    /** Called in the middle of the steps of the {@link PlainAdapter}, by their names. */
    volatile PlainAdapter.Hold hold = step -> {};
    /** How far the engine's clock for limits was put forward. */
    final AtomicLong ahead = new AtomicLong();
    /** The engine that lives now, for those in its middle. */
    final AtomicReference<@Nullable InstallEngine> alive = new AtomicReference<>();

    private final Adapters adapters;
    private final Programs programs;

    Bench() {
        this.adapters = new Adapters(List.of(new PlainAdapter(step -> hold.at(step))));
        this.programs = new NotedPrograms();
    }

    /** With the real adapters. */
    Bench(Programs programs) {
        this.adapters = Adapters.standard();
        this.programs = programs;
    }

    private final long began = System.nanoTime();
    Duration drift = Duration.ZERO;

    // ---- releases ----

    /** A release on its way to this machine. */
    final class Release {
        private final String name;
        private final String version;
        private final Map<String, Json> settings = new HashMap<>();
        private final Map<HookMoment, Hook> hooks = new EnumMap<>(HookMoment.class);
        private final List<Dependency> needs = new ArrayList<>();
        private final List<Dependency> conflicts = new ArrayList<>();
        private byte[] content;
        private String contentName = "content";
        private String adapter = "plain";
        private String platform = "any";
        private long disk;
        private InstallSection.Activating activating = InstallSection.Activating.WITH_INSTALL;
        private InstallSection.Drift drift = InstallSection.Drift.REPORT;
        private Duration apply = Duration.ofMinutes(1);

        private Release(String name, String version) {
            this.name = name;
            this.version = version;
            this.content = ("a=" + version + "\nb" + version + "=" + name + "\n").getBytes(UTF_8);
            set("into", "/opt/" + name.replace('/', '-'));
        }

        Release set(String setting, String value) {
            settings.put(setting, new Json.JsonString(value));
            return this;
        }

        /**
         * Of another adapter.
         *
         * @param json its settings, in which ' stands for "
         */
        Release of(String adapterName, String json, String name, byte[] bytes) {
            adapter = adapterName;
            settings.clear();
            settings.putAll(
                    ((Json.JsonObject) JsonReader.parse(json.replace('\'', '"').getBytes(UTF_8))).members());
            contentName = name;
            content = bytes.clone();
            return this;
        }

        Release hook(HookMoment moment, boolean undo) {
            String word = moment.name().toLowerCase(java.util.Locale.ROOT);
            hooks.put(
                    moment,
                    new Hook(
                            List.of("/bin/true", word),
                            undo ? Optional.of(List.of("/bin/true", "undo-" + word)) : Optional.empty(),
                            moment != HookMoment.HEALTH,
                            Duration.ofSeconds(20),
                            new TreeMap<>(),
                            false));
            return this;
        }

        Release needs(String dependency) {
            needs.add(Dependency.parse(dependency));
            return this;
        }

        Release conflicts(String dependency) {
            conflicts.add(Dependency.parse(dependency));
            return this;
        }

        Release platform(String word) {
            platform = word;
            return this;
        }

        Release disk(long bytes) {
            disk = bytes;
            return this;
        }

        Release byOrder() {
            activating = InstallSection.Activating.BY_ORDER;
            return this;
        }

        Release drift(InstallSection.Drift wanted) {
            drift = wanted;
            return this;
        }

        /** Puts it into the catalogue. */
        InstallTask.Member listed() {
            byte[] bytes = content;
            ContentHasher hasher = new ContentHasher(bytes.length);
            hasher.update(bytes);
            ContentHashes hashes = hasher.finish();
            ReleaseId id = new ReleaseId(ReleaseName.parse(name), Version.parse(version), new Platform(platform));
            Map<String, Json> members = new HashMap<>(settings);
            Manifest manifest = new Manifest(
                    id,
                    adapter.equals("image") ? Kind.IMAGE : Kind.PACKAGE,
                    Manifest.Form.FILE,
                    contentName,
                    hashes.data(),
                    BlobRef.of(bytes),
                    1,
                    List.of(Torrents.pack(hashes, false)),
                    needs,
                    Optional.of(new InstallSection(
                            adapter,
                            Json.JsonObject.of(members),
                            hooks,
                            new TreeMap<>(),
                            Map.of(InstallSection.Phase.APPLY, apply),
                            conflicts,
                            disk,
                            activating,
                            drift,
                            List.of())));
            Sha256 digest = Sha256.of((id + " " + members + hooks.keySet() + hashes.data()).getBytes(UTF_8));
            manifests.put(digest, manifest);
            contents.put(digest, bytes);
            return new InstallTask.Member(id, digest, Optional.of(hashes.data().sha256()));
        }
    }

    Release release(String name, String version) {
        return new Release(name, version);
    }

    // ---- tasks ----

    static InstallTask task(String action, Operation operation, InstallTask.Member... members) {
        return task(action, operation, InstallPolicy.DEFAULT, members);
    }

    static InstallTask task(String action, Operation operation, InstallPolicy policy, InstallTask.Member... members) {
        return new InstallTask(
                action,
                members.length == 1
                        ? Subject.release(members[0].release())
                        : new Subject(
                                new ReleaseId(ReleaseName.parse("acme/bundle"), Version.parse("1"), Platform.ANY),
                                true,
                                Optional.empty()),
                operation,
                List.of(members),
                InstallTask.Stage.GO,
                Optional.of(NOW.plus(Duration.ofHours(1))),
                policy,
                new TreeMap<>());
    }

    static InstallTask at(InstallTask task, InstallTask.Stage stage, Optional<Instant> lease) {
        return new InstallTask(
                task.action(),
                task.subject(),
                task.operation(),
                task.members(),
                stage,
                lease,
                task.policy(),
                task.variables());
    }

    // ---- what the engine is given ----

    Tools tools(InstallDisk disk) {
        return new Tools(
                adapters,
                new HookRunner(),
                programs,
                disk,
                List.of(new Platform("linux-amd64"), Platform.ANY),
                () -> NOW.plusNanos(System.nanoTime() - began),
                () -> System.nanoTime() + ahead.get(),
                boot);
    }

    private final class NotedPrograms implements Programs {
        @Override
        public Ended run(List<String> command, Frame frame) {
            String word = command.size() > 1 ? command.get(1) : command.getFirst();
            hooks.add(word);
            return new Ended(codes.getOrDefault(word, 0), Optional.empty(), "said by " + word);
        }

        @Override
        public Optional<String> whyNotConfined() {
            return Optional.empty();
        }

        @Override
        public Optional<Path> find(String name) {
            return Optional.of(Path.of("/bin", name));
        }
    }

    /** Keeps copies below the engine's directory, through its disk. */
    private final class Desk implements ContentDesk {
        private final Path place;
        private final InstallDisk disk;

        Desk(Path place, InstallDisk disk) {
            this.place = place;
            this.disk = disk;
        }

        @Override
        public Manifest prove(InstallTask.Member member) {
            return kept(member);
        }

        @Override
        public Manifest kept(InstallTask.Member member) {
            Manifest manifest = manifests.get(member.manifest());
            if (manifest == null) {
                throw new AdapterException(CodeClass.PERMANENT, member.release() + " is not in the catalogue");
            }
            return manifest;
        }

        @Override
        public void restore(InstallTask.Member member) {
            kept(member);
        }

        @Override
        public Content content(InstallTask.Member member, LongConsumer progress) {
            try {
                Path copy = place.resolve(member.manifest().hex());
                if (!Files.exists(copy)) {
                    byte[] bytes = contents.get(member.manifest());
                    if (bytes == null) {
                        throw new AdapterException(CodeClass.TRANSIENT, member.release() + " is not here");
                    }
                    if (!Files.exists(place)) {
                        disk.createDirectory(place, 0700);
                        disk.force(java.util.Objects.requireNonNull(place.getParent()));
                    }
                    disk.replace(copy, bytes, 0600);
                }
                return new Content(copy, Optional.empty());
            } catch (IOException e) {
                throw new AdapterException(CodeClass.TRANSIENT, String.valueOf(e.getMessage()), e);
            }
        }

        @Override
        public void release(InstallTask.Member member) {
            try {
                disk.delete(place.resolve(member.manifest().hex()));
            } catch (IOException e) {
                throw new AdapterException(CodeClass.TRANSIENT, String.valueOf(e.getMessage()), e);
            }
        }

        @Override
        public void retain(Collection<Sha256> kept) {}
    }

    // ---- a process's life ----

    /**
     * Lets an engine live until a report is as wished, and stops it then.
     *
     * @param place holds {@code root} and {@code data}
     * @return the report
     */
    InstallerReport live(Path place, InstallDisk disk, List<InstallTask> tasks, Predicate<InstallerReport> wished)
            throws IOException {
        Files.createDirectories(place.resolve("root"));
        InstallerSettings settings = new InstallerSettings(
                place.resolve("data"), place, place, place.resolve("root"), List.of("/bin/true", "reboot"), drift);
        AtomicReference<@Nullable InstallEngine> engine = new AtomicReference<>();
        AtomicReference<@Nullable InstallerReport> last = new AtomicReference<>();
        InstallEngine.Reporter reporter = new InstallEngine.Reporter() {
            @Override
            public void report(InstallerReport report) {
                last.set(report);
                if (report.revision() > 0 && wished.test(report)) {
                    java.util.Objects.requireNonNull(engine.get()).stop();
                }
            }

            @Override
            public void progress(InstallProgress progress) {}
        };
        InstallEngine fresh = Transactions.with(tools(disk))
                .open(settings, new Desk(place.resolve("data").resolve("contents"), disk), reporter);
        engine.set(fresh);
        alive.set(fresh);
        fresh.tasks(1, tasks);
        fresh.run();
        return java.util.Objects.requireNonNull(last.get());
    }

    /** Puts the first version of {@code acme/app} in place, for good; what that looks like. */
    TreePicture older(Path place) throws IOException {
        live(
                place,
                task("i", Operation.INSTALL, AT_ONCE, release("acme/app", "1").listed()));
        return TreePicture.of(place.resolve("root"));
    }

    /** Lets an engine live until a task has ended or waits. */
    TaskStatus live(Path place, InstallDisk disk, InstallTask task) throws IOException {
        return status(live(place, disk, List.of(task), report -> settled(report, task.action())), task.action());
    }

    TaskStatus live(Path place, InstallTask task) throws IOException {
        return live(place, InstallDisk.real(), task);
    }

    /** Has all of these carried out, each to a good end. */
    void carryOut(Path place, InstallTask... tasks) throws IOException {
        for (InstallTask task : tasks) {
            TaskStatus status = live(place, task);
            if (!status.ended() || status.codeClass().isPresent()) {
                throw new AssertionError(status.toString());
            }
        }
    }

    static boolean settled(InstallerReport report, String action) {
        return report.tasks().stream()
                .anyMatch(status -> status.action().equals(action)
                        && (status.ended() || status.waiting().isPresent()));
    }

    static TaskStatus status(InstallerReport report, String action) {
        return report.tasks().stream()
                .filter(status -> status.action().equals(action))
                .findFirst()
                .orElseThrow();
    }

    /** The only line. */
    LineState line(Path place) throws IOException {
        return live(place, InstallDisk.real(), List.of(), report -> true)
                .lines()
                .getFirst();
    }

    static List<ActionState> states(ActionState... states) {
        return List.of(states);
    }
}
