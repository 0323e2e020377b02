package packhorse.peer.installer.engine;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Dependency;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.state.ActionState;
import packhorse.core.unit.ByteCount;
import packhorse.peer.adapter.Placement;
import packhorse.peer.adapter.Workplace;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.Line;

/** Looks, before anything is changed, whether a release can be put in place here, or taken away. */
final class Prechecks {
    /** Where claims begin. */
    private static final Path MACHINE = Path.of("/");

    private static final Logger LOG = LoggerFactory.getLogger(Prechecks.class);

    private final Tools tools;
    private final Members members;
    private final Rooms rooms;
    private final Path root;

    /** @param root the machine's root directory */
    Prechecks(Tools tools, Members members, Rooms rooms, Path root) {
        this.tools = tools;
        this.members = members;
        this.rooms = rooms;
        this.root = root;
    }

    void requirePlatform(ReleaseId release) throws Refusal {
        if (!tools.platforms().contains(release.platform())) {
            throw new Refusal(
                    ActionState.NOT_APPLICABLE,
                    CodeClass.PERMANENT,
                    release + " is for another platform; this machine takes "
                            + String.join(
                                    " and ",
                                    tools.platforms().stream()
                                            .map(Platform::toString)
                                            .toList()));
        }
    }

    /** Among what is in place, and what comes with it. */
    void requireFitting(Members.Read read, Steps.Job job) throws IOException, Refusal {
        List<InstallTask.Member> beside = beside(job);
        for (Dependency needed : read.manifest().dependencies()) {
            Optional<InstallTask.Member> there = beside.stream()
                    .filter(member ->
                            meets(member.release(), needed, read.manifest().id()))
                    .findFirst();
            if (there.isEmpty()
                    || !needed.versions().contains(there.get().release().version())) {
                throw refused(
                        CodeClass.ENVIRONMENT,
                        read.manifest().id() + " needs " + needed + ", "
                                + there.map(member -> "but " + member.release().version() + " is in place")
                                        .orElse("which is not in place")
                                + "; install it first, or both as a bundle");
            }
        }
        for (InstallTask.Member other : atStake(job)) {
            if (members.isReadable(other)) {
                requirePeace(read, members.kept(other));
            } else {
                // Its line says so; one lost record must not keep everything else from this machine.
                LOG.warn(
                        "whether {} comes into the way of {} cannot be told",
                        read.manifest().id(),
                        other.release());
            }
        }
    }

    /**
     * What a member must not come into the way of: what is in place of other lines, and what open transactions bring there; both, since
     * an open one may go back.
     */
    private static Set<InstallTask.Member> atStake(Steps.Job job) {
        Set<Line.Name> own = job.members().stream()
                .map(member -> Line.Name.of(member.release()))
                .collect(Collectors.toSet());
        Set<InstallTask.Member> others = new LinkedHashSet<>(job.standing().committed());
        others.addAll(job.standing().coming());
        others.removeIf(member -> own.contains(Line.Name.of(member.release())));
        others.addAll(job.members().subList(0, job.step().member()));
        return others;
    }

    private static boolean meets(ReleaseId release, Dependency needed, ReleaseId needing) {
        return release.name().equals(needed.name())
                && (release.platform().equals(needing.platform())
                        || release.platform().equals(Platform.ANY)
                        || needing.platform().equals(Platform.ANY));
    }

    /** Everything that will be in place beside a member: lines of its own transaction as they are going to be. */
    private static List<InstallTask.Member> beside(Steps.Job job) {
        Line.Name own = Line.Name.of(job.member().release());
        Map<Line.Name, InstallTask.Member> beside = new HashMap<>();
        job.standing().committed().forEach(member -> beside.put(Line.Name.of(member.release()), member));
        job.standing().coming().forEach(member -> beside.put(Line.Name.of(member.release()), member));
        // The precheck proves the members in order, so only those before are known.
        job.members()
                .subList(0, job.step().member())
                .forEach(member -> beside.put(Line.Name.of(member.release()), member));
        job.members()
                .subList(job.step().member(), job.members().size())
                .forEach(member -> beside.remove(Line.Name.of(member.release())));
        beside.remove(own);
        return List.copyOf(beside.values());
    }

    private void requirePeace(Members.Read fresh, Members.Read other) throws IOException, Refusal {
        requireNoConflict(fresh, other);
        requireNoConflict(other, fresh);
        for (Path mine : fresh.placement().claims()) {
            for (Path theirs : other.placement().claims()) {
                if (overlap(mine.normalize(), theirs.normalize()) || overlap(followed(mine), followed(theirs))) {
                    throw refused(
                            CodeClass.PERMANENT,
                            fresh.manifest().id() + " goes to " + mine + ", where "
                                    + other.manifest().id()
                                    + (mine.equals(theirs) ? " is" : " has " + theirs)
                                    + "; remove that first, or publish one of them for another place");
                }
            }
        }
    }

    private static boolean overlap(Path one, Path other) {
        return one.startsWith(other) || other.startsWith(one);
    }

    /** Where a claim leads to on this machine: one disk has many names, and {@code /lib} is {@code /usr/lib}. */
    private Path followed(Path claim) throws IOException {
        return real(root.resolve(MACHINE.relativize(claim)).normalize());
    }

    private static void requireNoConflict(Members.Read one, Members.Read other) throws Refusal {
        for (Dependency conflict : one.section().conflicts()) {
            if (conflict.name().equals(other.manifest().id().name())
                    && conflict.versions().contains(other.manifest().id().version())) {
                throw refused(
                        CodeClass.ENVIRONMENT,
                        one.manifest().id() + " may not be in place beside "
                                + other.manifest().id() + "; remove one of them");
            }
        }
    }

    /** Nothing that stays needs what goes. */
    void requireUnneeded(Members.Read going, Steps.Job job) throws Refusal {
        for (InstallTask.Member other : job.standing().committed()) {
            boolean goesToo =
                    job.members().stream().anyMatch(member -> member.release().equals(other.release()));
            if (goesToo) {
                continue;
            }
            Members.Read staying = members.kept(other);
            for (Dependency needed : staying.manifest().dependencies()) {
                if (meets(going.manifest().id(), needed, staying.manifest().id())) {
                    throw refused(
                            CodeClass.ENVIRONMENT,
                            staying.manifest().id() + " needs "
                                    + going.manifest().id() + "; remove that first");
                }
            }
        }
    }

    /** On this machine, as it is. */
    void requirePossible(Members.Read read, Steps.Job job, Workplace here) throws IOException, Refusal {
        ReleaseId release = read.manifest().id();
        boolean removal = here.content().isEmpty();
        for (String program :
                tools.adapters().find(read.section().adapter()).orElseThrow().programs()) {
            if (tools.programs().find(program).isEmpty()) {
                throw refused(
                        CodeClass.ENVIRONMENT,
                        release + " is put in place with " + program + ", which this machine has not; install it");
            }
        }
        if (!removal) {
            for (String path : read.section().requires()) {
                if (!Files.exists(here.at(path))) {
                    throw refused(
                            CodeClass.ENVIRONMENT,
                            release + " requires " + path + ", which is not on this machine; install what brings it");
                }
            }
        }
        if (!removal) {
            requireApart(read, here);
        }
        requireNothing(tools.hooks()
                .precheck(here, read.placement(), job.task().policy().sandbox()));
        requireNothing(read.placement().precheck(here));
        if (!removal) {
            requireSpace(read, here);
        }
    }

    /**
     * Neither in the agent's own directories nor in their place, by whatever links: what lies there is believed, and no adapter knows of it.
     */
    private void requireApart(Members.Read read, Workplace here) throws IOException, Refusal {
        Path root = real(here.root());
        for (Path claim : read.placement().claims()) {
            Path place = real(here.at(claim.toString()));
            for (Path own : rooms.own()) {
                Path mine = real(own);
                if (!root.startsWith(mine) && (place.startsWith(mine) || mine.startsWith(place))) {
                    throw refused(
                            CodeClass.PERMANENT,
                            read.manifest().id() + " goes to " + claim + ", where this agent keeps what is its own ("
                                    + own + "); publish it for another place");
                }
            }
        }
    }

    private static Path real(Path path) throws IOException {
        Path existing = existing(path);
        Path rest = existing.relativize(path.toAbsolutePath());
        try {
            return existing.toRealPath().resolve(rest).normalize();
        } catch (NoSuchFileException e) {
            // A link to nothing.
            return existing.toRealPath(LinkOption.NOFOLLOW_LINKS).resolve(rest).normalize();
        }
    }

    private static void requireNothing(List<String> inTheWay) throws Refusal {
        if (!inTheWay.isEmpty()) {
            throw refused(CodeClass.ENVIRONMENT, Steps.shortened(inTheWay));
        }
    }

    private void requireSpace(Members.Read read, Workplace here) throws IOException, Refusal {
        List<Placement.SpaceNeed> needs = new ArrayList<>(read.placement().space(here));
        needs.add(new Placement.SpaceNeed(here.root(), read.section().diskBytes()));
        needs.add(new Placement.SpaceNeed(rooms.data(), InstallJournal.GROWTH_BYTES));
        Map<FileStore, Placement.SpaceNeed> together = new HashMap<>();
        for (Placement.SpaceNeed need : needs) {
            together.merge(
                    Files.getFileStore(existing(need.where())),
                    need,
                    (a, b) -> new Placement.SpaceNeed(a.where(), a.bytes() + b.bytes()));
        }
        for (Placement.SpaceNeed need : together.values()) {
            long free = here.disk().usableBytes(need.where());
            if (free < need.bytes()) {
                throw new Refusal(
                        ActionState.FAILED,
                        CodeClass.TRANSIENT,
                        read.manifest().id() + " needs " + new ByteCount(need.bytes()) + " free at " + need.where()
                                + ", there are " + new ByteCount(free) + "; make room");
            }
        }
    }

    private static Path existing(Path path) {
        Path at = path.toAbsolutePath();
        while (!Files.exists(at, LinkOption.NOFOLLOW_LINKS)) {
            Path parent = at.getParent();
            if (parent == null) {
                return at;
            }
            at = parent;
        }
        return at;
    }

    private static Refusal refused(CodeClass codeClass, String why) {
        return new Refusal(ActionState.REFUSED, codeClass, why);
    }
}
