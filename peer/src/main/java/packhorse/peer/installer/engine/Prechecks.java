package packhorse.peer.installer.engine;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
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
    private final Tools tools;
    private final Peace peace;
    private final Rooms rooms;

    Prechecks(Tools tools, Peace peace, Rooms rooms) {
        this.tools = tools;
        this.peace = peace;
        this.rooms = rooms;
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
        peace.requireApart(read, job);
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
        Stream.concat(job.standing().committed().stream(), job.standing().coming().stream())
                .map(Line.InPlace::member)
                .forEach(member -> beside.put(Line.Name.of(member.release()), member));
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

    /** Nothing that stays needs what goes. */
    void requireUnneeded(Members.Read going, Steps.Job job) throws IOException, Refusal {
        for (Line.InPlace other : job.standing().committed()) {
            boolean goesToo = job.members().stream()
                    .anyMatch(member -> member.release().equals(other.member().release()));
            if (goesToo) {
                continue;
            }
            Footprint staying = peace.footprint(other, going.manifest().id());
            for (Dependency needed : staying.needs()) {
                if (meets(going.manifest().id(), needed, staying.release())) {
                    throw refused(
                            CodeClass.ENVIRONMENT,
                            staying.release() + " needs " + going.manifest().id() + "; remove that first");
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
        Path root = Whereabouts.real(here.root());
        for (Path claim : read.placement().claims()) {
            Path place = Whereabouts.real(here.at(claim.toString()));
            for (Path own : rooms.own()) {
                Path mine = Whereabouts.real(own);
                if (!root.startsWith(mine) && (place.startsWith(mine) || mine.startsWith(place))) {
                    throw refused(
                            CodeClass.PERMANENT,
                            read.manifest().id() + " goes to " + claim + ", where this agent keeps what is its own ("
                                    + own + "); publish it for another place");
                }
            }
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
                    Files.getFileStore(Whereabouts.existing(need.where())),
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

    private static Refusal refused(CodeClass codeClass, String why) {
        return new Refusal(ActionState.REFUSED, codeClass, why);
    }
}
