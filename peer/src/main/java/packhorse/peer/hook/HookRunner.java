package packhorse.peer.hook;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import packhorse.core.content.CodeClass;
import packhorse.core.content.InstallSection;
import packhorse.core.content.InstallSection.Hook;
import packhorse.core.content.InstallSection.HookMoment;
import packhorse.core.content.ReturnCodes;
import packhorse.core.content.SafePath;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Outcome;
import packhorse.peer.adapter.Placement;
import packhorse.peer.adapter.Programs;
import packhorse.peer.adapter.Programs.Ended;
import packhorse.peer.adapter.Programs.Frame;
import packhorse.peer.adapter.ReleaseProgram;
import packhorse.peer.adapter.Verdict;
import packhorse.peer.adapter.Workplace;
import packhorse.peer.adapter.WrittenAnywhere;

/**
 * Runs the programs that a release brings around its installation. It holds no state.
 *
 * <p>A hook is an argument vector. A first word with a relative path names a file of the release; every directory (or file) at the
 * top of its tree that a word of a hook leads into is copied, after the verified content was laid out for the first time, into the
 * release line's own place, and is there as long as this version is: so an undo runs when what was installed is gone already,
 * and a stranger cannot change it in between. An absolute one is a program of the machine, on the machine itself even where the
 * release goes below another root.
 *
 * <p>A hook starts in that copy. It may write to {@code $PACKHORSE_HOME}, which all hooks of this version share, and to
 * {@code /tmp}, which ends with it. It sees, beside the system, what the release claims and what its section requires; and it is
 * confined, unless it is privileged, or the machine cannot and policy lets it be.
 */
public final class HookRunner {
    /** Below {@link Workplace#home}. */
    private static final String PLACE = ".hooks";

    private static final int NOBODYS_DIRECTORY = 0700;
    private static final int DIRECTORY = 0755;
    private static final int PROGRAM = 0755;
    private static final int FILE = 0644;

    /**
     * Checks a section's hooks, at publishing and again on the machine.
     *
     * @throws IllegalArgumentException with one line
     */
    public static void check(InstallSection section, Placement placement) {
        section.hooks().forEach((moment, hook) -> {
            String what = "the hook " + word(moment);
            commands(hook).forEach(command -> {
                ReleaseProgram.requireCommand(what, command);
                if (!command.getFirst().startsWith("/") && !placement.bringsTree()) {
                    throw new IllegalArgumentException(
                            what + " runs " + command.getFirst() + ", but a release of the kind " + section.adapter()
                                    + " lays out no files; name an absolute path of the machine");
                }
            });
            ReleaseProgram.requireEnvironment(what, hook.environment());
        });
    }

    /**
     * What is in the way of this release's programs on this machine, each one line with its mend.
     *
     * @param sandbox whether policy refuses what cannot be confined
     */
    public List<String> precheck(Workplace here, Placement placement, boolean sandbox) {
        List<String> inTheWay = new ArrayList<>();
        if (sandbox && placement.running() == Placement.Running.PRIVILEGED) {
            inTheWay.add(refusedPrivilege("the program of " + here.manifest().id()));
        }
        boolean confines = false;
        for (Map.Entry<HookMoment, Hook> each : here.section().hooks().entrySet()) {
            Hook hook = each.getValue();
            String what = what(each.getKey(), here);
            if (sandbox && hook.privileged()) {
                inTheWay.add(refusedPrivilege(what));
            }
            confines |= !hook.privileged();
            if (hook.changes()
                    && (hook.privileged() || here.programs().whyNotConfined().isPresent())) {
                WrittenAnywhere.missing(here)
                        .filter(why -> !inTheWay.contains(why))
                        .ifPresent(inTheWay::add);
            }
            for (List<String> command : commands(hook)) {
                Path program = Path.of(command.getFirst());
                if (program.isAbsolute() && !(Files.isRegularFile(program) && Files.isExecutable(program))) {
                    inTheWay.add(what + " runs " + program
                            + ", which is no program of this machine; install what brings it");
                }
            }
        }
        if (sandbox && confines) {
            here.programs().whyNotConfined().map(HookRunner::refusedMachine).ifPresent(inTheWay::add);
        }
        return inTheWay;
    }

    /**
     * Keeps the hooks' files in {@link Workplace#home}, as long as that is kept; right after the placement's prepare, repeatable.
     *
     * @throws AdapterException when the release has no such file
     */
    public void keep(Workplace here, Placement placement) throws IOException {
        InstallDisk disk = here.disk();
        Path place = here.home().resolve(PLACE);
        if (here.section().hooks().isEmpty()) {
            disk.delete(place);
            return;
        }
        Path making = here.home().resolve(PLACE + ".making");
        disk.delete(making);
        disk.createDirectories(here.home());
        disk.createDirectory(making, DIRECTORY);
        Path files = making.resolve("files");
        disk.createDirectory(files, DIRECTORY);
        Optional<Path> tree = placement.prepared(here);
        for (String top : tops(here.section())) {
            if (tree.isPresent() && Files.exists(tree.get().resolve(top), LinkOption.NOFOLLOW_LINKS)) {
                copy(disk, tree.get().resolve(top), files.resolve(top));
            }
        }
        for (Map.Entry<HookMoment, Hook> each : here.section().hooks().entrySet()) {
            for (List<String> command : commands(each.getValue())) {
                requireKept(what(each.getKey(), here), command.getFirst(), files);
            }
        }
        Path own = making.resolve("own");
        disk.createDirectory(own, NOBODYS_DIRECTORY);
        disk.owner(own, Programs.NOBODY, Programs.NOBODY);
        disk.forceTree(making);
        disk.delete(place);
        disk.rename(making, place);
        disk.force(here.home());
    }

    private static void requireKept(String what, String program, Path files) {
        Path file = files.resolve(program);
        if (program.startsWith("/") || (Files.isRegularFile(file) && Files.isExecutable(file))) {
            return;
        }
        throw new AdapterException(
                CodeClass.PERMANENT,
                what + " runs " + program + ", which is no executable file of the release; publish it with its mode");
    }

    /** The first path elements of what the hooks name. */
    private static Set<String> tops(InstallSection section) {
        Set<String> tops = new TreeSet<>();
        section.hooks().values().stream()
                .map(HookRunner::commands)
                .flatMap(List::stream)
                .forEach(command -> {
                    for (int i = 0; i < command.size(); i++) {
                        String word = command.get(i);
                        if ((i == 0 && !word.startsWith("/")) || (word.contains("/") && safe(word))) {
                            tops.add(word.split("/", 2)[0]);
                        }
                    }
                });
        return tops;
    }

    private static boolean safe(String word) {
        try {
            SafePath.require(word);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Readable and executable by nobody, too: that is who runs them. */
    private static void copy(InstallDisk disk, Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                disk.createDirectory(to.resolve(from.relativize(directory)), DIRECTORY);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Path copy = file.equals(from) ? to : to.resolve(from.relativize(file));
                if (attributes.isSymbolicLink()) {
                    disk.symlink(copy, Files.readSymbolicLink(file).toString());
                } else if (attributes.isRegularFile()) {
                    boolean program = Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS)
                            .contains(PosixFilePermission.OWNER_EXECUTE);
                    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
                        disk.create(copy, in, program ? PROGRAM : FILE, done -> {});
                    }
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /**
     * Runs one to its end, and brings what it changed to the disk; a hook that the release does not have is done at once.
     *
     * @throws AdapterException when it did not end well
     */
    public Outcome run(HookCall call, Workplace here, Placement placement) throws IOException, InterruptedException {
        Hook hook = here.section().hooks().get(call.moment());
        if (hook == null || (call.back() && hook.undo().isEmpty())) {
            return Outcome.DONE;
        }
        String what = what(call.moment(), here) + (call.back() ? " (its undo)" : "");
        List<String> command = new ArrayList<>(call.back() ? hook.undo().orElseThrow() : hook.run());
        Path place = here.home().resolve(PLACE);
        Path files = place.resolve("files");
        if (!Files.isDirectory(files)) {
            throw new AdapterException(
                    CodeClass.ENVIRONMENT,
                    what + " cannot run: somebody took " + files + " away; prepare the release again");
        }
        command.set(0, files.resolve(command.getFirst()).toString());
        SortedMap<String, String> environment = ReleaseProgram.environment(here);
        environment.put("PACKHORSE_OPERATION", call.operation().name().toLowerCase(Locale.ROOT));
        environment.put("PACKHORSE_ACTION", call.action());
        environment.putAll(hook.environment());
        environment.put("HOME", place.resolve("own").toString());
        environment.put("PACKHORSE_HOME", place.resolve("own").toString());
        environment.put("PACKHORSE_HOOK", word(call.moment()));
        Frame frame = new Frame(
                files,
                List.of(place.resolve("own")),
                ReleaseProgram.readable(here, placement, files),
                environment,
                confined(what, here, hook.privileged(), call.sandbox()),
                hook.timeout());
        Ended ended = here.programs().run(command, frame);
        Outcome outcome = Verdict.of(what, ended, here.section(), ReturnCodes.SCRIPTS);
        if (hook.changes() && frame.confined()) {
            here.disk().forceTree(place.resolve("own"));
        } else if (hook.changes()) {
            WrittenAnywhere.force(here, Path.of("/"));
        }
        return outcome;
    }

    /**
     * Whether a program runs confined.
     *
     * @param sandbox whether policy refuses what is not
     * @throws AdapterException where it has to be and cannot
     */
    private static boolean confined(String what, Workplace here, boolean privileged, boolean sandbox) {
        if (privileged) {
            if (sandbox) {
                throw new AdapterException(CodeClass.ENVIRONMENT, refusedPrivilege(what));
            }
            return false;
        }
        Optional<String> why = here.programs().whyNotConfined();
        if (why.isPresent() && sandbox) {
            throw new AdapterException(CodeClass.ENVIRONMENT, refusedMachine(why.get()));
        }
        return why.isEmpty();
    }

    private static String refusedPrivilege(String what) {
        return what
                + " wants the machine's root, and this order's policy lets nothing run outside a sandbox; publish it"
                + " without privilege, or order it without that policy";
    }

    private static String refusedMachine(String why) {
        return why + ", or order it with a policy that does not ask for a sandbox";
    }

    private static List<List<String>> commands(Hook hook) {
        return Stream.concat(Stream.of(hook.run()), hook.undo().stream()).toList();
    }

    private static String what(HookMoment moment, Workplace here) {
        return "the hook " + word(moment) + " of " + here.manifest().id();
    }

    private static String word(HookMoment moment) {
        return moment.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
