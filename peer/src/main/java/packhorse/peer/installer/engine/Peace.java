package packhorse.peer.installer.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Dependency;
import packhorse.core.content.ReleaseId;
import packhorse.core.state.ActionState;
import packhorse.peer.adapter.Laid;
import packhorse.peer.adapter.Workplace;
import packhorse.peer.install.Ledger;
import packhorse.peer.install.Line;

/**
 * Looks whether a release can be in place beside those of all other lines, in two parts: what its manifest says, before anything is
 * done; and the names that it will lay down, which its content says, once it is prepared and before anything is changed.
 *
 * <p>The problem: two lines that write one file take turns in undoing each other, and the removal of one takes the other's away. Claims
 * are known from manifests and never overlap. What a package lays is known from its content only, and lies where the system's files
 * lie. {@link Places} has the rule for a name that one line lays and a place that another claims; what two lines lay is theirs to
 * share as directories and links, and nothing else, unless one database of the machine knows both: then its program decides, which also
 * knows what may replace what.
 *
 * <p>What a release lays is kept beside its claims in its home ({@link FootprintFile}), from its preparation on. So each of two
 * transactions that are open at once is seen by the one that prepares later, and a line whose manifest a disk damaged keeps its place.
 * Where neither can be read nothing comes in, for nobody knows upon what.
 *
 * <p>Cost: O(names of all lines), read as streams; memory for the claims.
 */
final class Peace {
    private static final String MEND = "; remove one of them first, or publish one of them for another place";

    private static final String AGENT = "this agent";

    private final Members members;
    private final Rooms rooms;
    private final Path root;
    private final Looking looking;

    /** Where one looks at what is in place. */
    interface Looking {
        Workplace at(Line.InPlace inPlace, Members.Read read) throws IOException;
    }

    /** @param root the machine's root directory */
    Peace(Members members, Rooms rooms, Path root, Looking looking) {
        this.members = members;
        this.rooms = rooms;
        this.root = root;
        this.looking = looking;
    }

    /**
     * What a member must not come into the way of: what is in place of other lines, and what open transactions bring there; both, since
     * an open one may go back.
     */
    private static List<Line.InPlace> atStake(Steps.Job job) {
        Set<Line.Name> own = job.members().stream()
                .map(member -> Line.Name.of(member.release()))
                .collect(Collectors.toSet());
        Map<String, Line.InPlace> others = new LinkedHashMap<>();
        Stream.concat(job.standing().committed().stream(), job.standing().coming().stream())
                .filter(other -> !own.contains(Line.Name.of(other.member().release())))
                .forEach(other -> others.put(other.home(), other));
        for (int member = 0; member < job.step().member(); member++) {
            String home = Ledger.home(job.transaction(), member);
            others.put(home, new Line.InPlace(job.members().get(member), home, false, job.variables()));
        }
        return List.copyOf(others.values());
    }

    // ---- by manifests ----

    /** Neither conflicts nor claims that overlap. */
    void requireApart(Members.Read read, Steps.Job job) throws IOException, Refusal {
        Footprint fresh = Footprint.of(read);
        Whereabouts whereabouts = new Whereabouts(root);
        for (Line.InPlace one : atStake(job)) {
            Footprint other = footprint(one, fresh.release());
            requireNoConflict(fresh, other);
            requireNoConflict(other, fresh);
            for (Path mine : fresh.claims()) {
                for (Path theirs : other.claims()) {
                    requireApart(fresh, mine, other, theirs, whereabouts);
                }
            }
        }
    }

    private static void requireApart(Footprint fresh, Path mine, Footprint other, Path theirs, Whereabouts whereabouts)
            throws IOException, Refusal {
        List<Path> own = whereabouts.ofClaim(mine);
        List<Path> others = whereabouts.ofClaim(theirs);
        if (overlap(own.getFirst(), others.getFirst()) || overlap(own.getLast(), others.getLast())) {
            throw refused(
                    CodeClass.PERMANENT,
                    fresh.release() + " goes to " + mine + ", where " + other.release()
                            + (mine.equals(theirs) ? " is" : " has " + theirs)
                            + "; remove that first, or publish one of them for another place");
        }
    }

    private static boolean overlap(Path one, Path other) {
        return one.startsWith(other) || other.startsWith(one);
    }

    private static void requireNoConflict(Footprint one, Footprint other) throws Refusal {
        for (Dependency conflict : one.conflicts()) {
            if (conflict.name().equals(other.release().name())
                    && conflict.versions().contains(other.release().version())) {
                throw refused(
                        CodeClass.ENVIRONMENT,
                        one.release() + " may not be in place beside " + other.release() + "; remove one of them");
            }
        }
    }

    /**
     * What others have to know of a release that is in place, or comes.
     *
     * @param fresh that asks
     */
    Footprint footprint(Line.InPlace other, ReleaseId fresh) throws IOException, Refusal {
        if (members.isReadable(other.member())) {
            return Footprint.of(members.kept(other.member()));
        }
        Optional<FootprintFile> kept = FootprintFile.in(rooms.home(other.home()));
        if (kept.isEmpty()) {
            throw untold(fresh, other, members.trouble(other.member()).orElse(""));
        }
        return kept.get().of(other.member().release());
    }

    private static Refusal untold(ReleaseId fresh, Line.InPlace other, String why) {
        return refused(
                CodeClass.ENVIRONMENT,
                "whether " + fresh + " comes into the way of " + other.member().release() + " cannot be told: " + why);
    }

    // ---- by content ----

    /** Writes down what a prepared release will lay, and looks that this is nobody else's, nor what it claims anybody else's. */
    void requireNamesApart(Members.Read read, Steps.Job job, Workplace here) throws IOException, Refusal {
        Footprint fresh = Footprint.of(read);
        try (Stream<Laid> laid = read.placement().lays(here)) {
            FootprintFile.write(here.home(), fresh, laid.iterator(), here.disk());
        }
        FootprintFile own = FootprintFile.in(here.home())
                .orElseThrow(() -> new IOException("the disk gives back something else than was written into "
                        + here.home() + ", where it is kept what " + fresh.release() + " lays"));
        Whereabouts whereabouts = new Whereabouts(root);
        Places mine = new Places();
        add(mine, fresh, whereabouts);
        Places theirs = new Places();
        addAgents(theirs);
        for (Line.InPlace one : atStake(job)) {
            Footprint other = footprint(one, fresh.release());
            add(theirs, other, whereabouts);
            requireFree(other, one, fresh, mine, whereabouts);
            if (!fresh.sharesDatabase(other)) {
                requireDistinct(fresh, own, other, one);
            }
        }
        try (Stream<Laid> laid = own.lays()) {
            requireFree(fresh.release(), laid.iterator(), theirs, whereabouts);
        }
    }

    private static void add(Places places, Footprint of, Whereabouts whereabouts) throws IOException {
        for (Path claim : of.claims()) {
            places.add(
                    new Places.Place(of.release().toString(), claim, of.edits().contains(claim)),
                    whereabouts.ofClaim(claim));
        }
    }

    /** What lies in the agent's own directories is believed. */
    private void addAgents(Places places) throws IOException {
        Path machine = Whereabouts.real(root);
        for (Path own : rooms.own()) {
            Path place = Whereabouts.real(own);
            if (!machine.startsWith(place)) {
                places.add(new Places.Place(AGENT, own, false), List.of(place));
            }
        }
    }

    private void requireFree(Footprint other, Line.InPlace one, Footprint fresh, Places mine, Whereabouts whereabouts)
            throws IOException, Refusal {
        if (!mine.isEmpty()) {
            try (Stream<Laid> laid = lays(one, fresh.release())) {
                requireFree(other.release(), laid.iterator(), mine, whereabouts);
            }
        }
    }

    private static void requireFree(ReleaseId layer, Iterator<Laid> names, Places places, Whereabouts whereabouts)
            throws IOException, Refusal {
        while (names.hasNext()) {
            Laid laid = names.next();
            Optional<Places.Place> hit = places.hit(laid.kind(), whereabouts.ofName(laid.path()));
            if (hit.isPresent()) {
                throw refused(CodeClass.PERMANENT, layer + " lays " + laid.path() + words(laid, hit.get()));
            }
        }
    }

    private static String words(Laid laid, Places.Place place) {
        if (place.whose().equals(AGENT)) {
            return ", where this agent keeps what is its own (" + place.claim() + "); publish it for another place";
        }
        if (place.edited() && laid.kind() == Laid.Kind.FILE) {
            return ", and not as a configuration file, where " + place.whose() + " edits " + place.claim() + MEND;
        }
        return ", where " + place.whose() + (laid.path().equals(place.claim()) ? " is" : " has " + place.claim())
                + MEND;
    }

    /** Nothing that both lay, by their names in order, but what may be shared. */
    private void requireDistinct(Footprint fresh, FootprintFile own, Footprint other, Line.InPlace one)
            throws IOException, Refusal {
        try (Stream<Laid> ours = own.lays();
                Stream<Laid> others = lays(one, fresh.release())) {
            Iterator<Laid> left = ours.iterator();
            Iterator<Laid> right = others.iterator();
            Optional<Laid> mine = next(left);
            Optional<Laid> theirs = next(right);
            while (mine.isPresent() && theirs.isPresent()) {
                int order = mine.get().path().compareTo(theirs.get().path());
                if (order == 0 && !(shared(mine.get()) && shared(theirs.get()))) {
                    throw refused(
                            CodeClass.PERMANENT,
                            fresh.release() + " lays " + mine.get().path() + ", as " + other.release() + " does"
                                    + MEND);
                }
                mine = order <= 0 ? next(left) : mine;
                theirs = order >= 0 ? next(right) : theirs;
            }
        }
    }

    private static Optional<Laid> next(Iterator<Laid> names) {
        return names.hasNext() ? Optional.of(names.next()) : Optional.empty();
    }

    /** A directory that one has as a link is what the machine's maker put elsewhere. */
    private static boolean shared(Laid laid) {
        return laid.kind() == Laid.Kind.DIRECTORY || laid.kind() == Laid.Kind.LINK;
    }

    /** What another one lays: as it was written down, else as its adapter knows it. */
    private Stream<Laid> lays(Line.InPlace other, ReleaseId fresh) throws IOException, Refusal {
        Optional<FootprintFile> kept = FootprintFile.in(rooms.home(other.home()));
        if (kept.isPresent()) {
            return kept.get().lays();
        }
        try {
            Members.Read read = members.kept(other.member());
            rooms.clearLook();
            return read.placement().lays(looking.at(other, read));
        } catch (RuntimeException e) {
            throw untold(fresh, other, e.getMessage() + "; install that again");
        }
    }

    private static Refusal refused(CodeClass codeClass, String why) {
        return new Refusal(ActionState.REFUSED, codeClass, why);
    }
}
