package packhorse.peer.installer.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import packhorse.core.content.CodeClass;
import packhorse.core.content.InstallSection;
import packhorse.core.content.Manifest;
import packhorse.core.json.Json;
import packhorse.peer.adapter.Adapter;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Laid;
import packhorse.peer.adapter.Outcome;
import packhorse.peer.adapter.Placement;
import packhorse.peer.adapter.Workplace;

/**
 * The plainest adapter that really writes: content is lines {@code name=text}, each becomes a file of the directory {@code into}. It
 * is deliberately not atomic: it writes file after file into its place, so only the engine keeps the machine out of the states between.
 * Settings beside {@code into}: {@code once} (apply may not be begun twice), {@code lasting} (cannot be undone), {@code reboot} (in use
 * after the next start), {@code fail} (a step's name, fails with class PERMANENT; with {@code flaky} as TRANSIENT, while the file
 * {@code fail} is in the machine's root), {@code error} (a step's name, throws an Error; with {@code fatal} one that ends the process),
 * {@code lays} (a list of {@code KIND:PATH}, in order, that it says it lays and does not), {@code database}, {@code edits} (its place is
 * one that it only edits).
 */
final class PlainAdapter implements Adapter {
    /** What happens in the middle of a step. */
    @FunctionalInterface
    interface Hold {
        void at(String step) throws IOException;
    }

    private final Hold hold;

    PlainAdapter(Hold hold) {
        this.hold = hold;
    }

    @Override
    public String name() {
        return "plain";
    }

    @Override
    public Placement read(Manifest manifest, InstallSection section) {
        return new Place(manifest, section, hold);
    }

    private static String setting(InstallSection section, String name) {
        return section.settings().members().get(name) instanceof Json.JsonString text ? text.value() : "";
    }

    private record Place(Manifest manifest, InstallSection section, Hold hold) implements Placement {
        Place {
            if (setting(section, "into").isEmpty()) {
                throw new IllegalArgumentException("plain needs \"into\"; name a directory");
            }
        }

        private void mayFail(String step, Workplace here) throws IOException {
            hold.at(step);
            if (setting(section, "error").equals(step)) {
                throw setting(section, "fatal").isEmpty()
                        ? new NoClassDefFoundError("acme/Missing")
                        : new OutOfMemoryError("played");
            }
            if (!setting(section, "fail").equals(step)) {
                return;
            }
            boolean flaky = !setting(section, "flaky").isEmpty();
            if (!flaky || Files.exists(here.root().resolve("fail"))) {
                throw new AdapterException(flaky ? CodeClass.TRANSIENT : CodeClass.PERMANENT, 7, step + " fails here");
            }
        }

        private Path into(Workplace here) {
            return here.at(setting(section, "into"));
        }

        @Override
        public Set<Path> claims() {
            return Set.of(Path.of(setting(section, "into")));
        }

        @Override
        public Set<Path> edits() {
            return setting(section, "edits").isEmpty() ? Set.of() : claims();
        }

        @Override
        public Stream<Laid> lays(Workplace here) {
            return Stream.of(setting(section, "lays").split(" ", -1))
                    .filter(one -> !one.isEmpty())
                    .map(one -> one.split(":", 2))
                    .map(one -> new Laid(Path.of(one[1]), Laid.Kind.valueOf(one[0].toUpperCase(Locale.ROOT))));
        }

        @Override
        public Optional<Path> database() {
            return Optional.of(setting(section, "database"))
                    .filter(name -> !name.isEmpty())
                    .map(Path::of);
        }

        @Override
        public boolean undoable() {
            return setting(section, "lasting").isEmpty();
        }

        @Override
        public Set<Deed> once() {
            return setting(section, "once").isEmpty() ? Set.of() : Set.of(Deed.APPLY);
        }

        @Override
        public List<String> precheck(Workplace here) throws IOException {
            mayFail("precheck", here);
            return Files.exists(here.root().resolve("locked"))
                    ? List.of("the machine is locked; unlock it")
                    : List.of();
        }

        @Override
        public List<SpaceNeed> space(Workplace here) throws IOException {
            return List.of(
                    new SpaceNeed(here.staging(), Files.size(here.content().orElseThrow())));
        }

        @Override
        public void prepare(Workplace here) throws IOException {
            mayFail("prepare", here);
            here.disk().delete(here.staging().resolve("content"));
            try (var in = Files.newInputStream(here.content().orElseThrow())) {
                here.disk().create(here.staging().resolve("content"), in, 0600, here.progress());
            }
            here.disk().force(here.staging().resolve("content"));
            here.disk().force(here.staging());
        }

        @Override
        public void capture(Workplace here) throws IOException {
            mayFail("capture", here);
            StringBuilder old = new StringBuilder();
            if (Files.exists(into(here))) {
                old.append(".=\n");
                for (String name : names(into(here))) {
                    old.append(name)
                            .append('=')
                            .append(Files.readString(into(here).resolve(name)))
                            .append('\n');
                }
            }
            here.disk().replace(here.undo().resolve("old"), old.toString().getBytes(UTF_8), 0600);
        }

        @Override
        public Outcome apply(Workplace here) throws IOException {
            write(here, content(here.staging().resolve("content")));
            here.disk()
                    .replace(
                            here.home().resolve("list"),
                            Files.readAllBytes(here.staging().resolve("content")),
                            0600);
            mayFail("apply", here);
            return setting(section, "reboot").isEmpty() ? Outcome.DONE : new Outcome(CodeClass.SUCCESS_REBOOT, 194);
        }

        private void write(Workplace here, Map<String, String> wanted) throws IOException {
            InstallDisk disk = here.disk();
            Path into = into(here);
            Path parent = java.util.Objects.requireNonNull(into.getParent());
            if (!Files.exists(into)) {
                disk.createDirectories(parent);
                disk.createDirectory(into, 0755);
            }
            disk.force(parent);
            disk.force(here.root());
            for (String name : names(into)) {
                if (!wanted.containsKey(name)) {
                    disk.delete(into.resolve(name));
                }
            }
            for (Map.Entry<String, String> file : wanted.entrySet()) {
                disk.replace(into.resolve(file.getKey()), file.getValue().getBytes(UTF_8), 0644);
            }
            disk.force(into);
        }

        @Override
        public Outcome activate(Workplace here) throws IOException {
            mayFail("activate", here);
            here.disk().replace(into(here).resolve("active"), "yes".getBytes(UTF_8), 0600);
            return Outcome.DONE;
        }

        @Override
        public List<String> verify(Workplace here) throws IOException {
            mayFail("verify", here);
            List<String> differences = new ArrayList<>();
            content(here.home().resolve("list")).forEach((name, text) -> {
                try {
                    Path file = into(here).resolve(name);
                    if (!Files.exists(file) || !Files.readString(file).equals(text)) {
                        differences.add(file + " is not as it was put there");
                    }
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            return differences;
        }

        @Override
        public Outcome undo(Workplace here) throws IOException {
            mayFail("undo", here);
            Map<String, String> old = content(here.undo().resolve("old"));
            if (old.remove(".") == null) {
                here.disk().delete(into(here));
                if (Files.exists(into(here).getParent())) {
                    here.disk()
                            .force(java.util.Objects.requireNonNull(into(here).getParent()));
                }
                return Outcome.DONE;
            }
            write(here, old);
            if (old.containsKey("active")) {
                here.disk().mode(into(here).resolve("active"), 0600);
                here.disk().force(into(here).resolve("active"));
            }
            return Outcome.DONE;
        }

        @Override
        public void commit(Workplace here) throws IOException {
            mayFail("commit", here);
            here.disk().delete(here.undo().resolve("old"));
        }

        @Override
        public Outcome remove(Workplace here) throws IOException {
            here.disk().delete(into(here));
            here.disk().force(java.util.Objects.requireNonNull(into(here).getParent()));
            mayFail("remove", here);
            return Outcome.DONE;
        }

        @Override
        public List<String> verifyRemoved(Workplace here) {
            return Files.exists(into(here), LinkOption.NOFOLLOW_LINKS) ? List.of("it is there") : List.of();
        }

        @Override
        public void mend(Workplace here) throws IOException {
            mayFail("mend", here);
            Map<String, String> wanted = content(here.home().resolve("list"));
            wanted.put("active", "yes");
            write(here, wanted);
        }

        private static Set<String> names(Path directory) throws IOException {
            if (!Files.exists(directory)) {
                return Set.of();
            }
            try (var all = Files.list(directory)) {
                return new HashSet<>(
                        all.map(path -> path.getFileName().toString()).toList());
            }
        }

        private static Map<String, String> content(Path file) throws IOException {
            Map<String, String> lines = new TreeMap<>();
            for (String line : Files.readAllLines(file)) {
                int at = line.indexOf('=');
                lines.put(line.substring(0, at), line.substring(at + 1));
            }
            return lines;
        }
    }
}
