package packhorse.dist.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import packhorse.core.OperationException;
import packhorse.core.content.InstallSection;
import packhorse.peer.adapter.Adapters;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Placement;
import packhorse.peer.adapter.Programs;
import packhorse.peer.adapter.Workplace;

/** Puts releases in place below a scratch root, as the installer's engine calls an adapter, without journal and hooks. */
final class PlacementRun {
    private final Path place;
    private final Programs programs;
    private Optional<Workplace.Previous> previous = Optional.empty();

    PlacementRun(Path place, Programs programs) {
        this.place = place;
        this.programs = programs;
    }

    /** The machine's root directory. */
    Path root() {
        return place.resolve("root");
    }

    /** Puts a release in place to stay; the next ones replace it. */
    void install(SampleRelease release) {
        Workplace here = at(release);
        Placement placement = placement(release);
        toUse(here, placement);
        try {
            placement.commit(here);
            clear(here);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        previous = Optional.of(new Workplace.Previous(here.manifest(), here.section(), here.home(), Optional.empty()));
    }

    /** Puts a release in place, reads it back, and takes it back. */
    InstallKind.Times installAndUndo(SampleRelease release) {
        return installAndUndo(release, () -> {});
    }

    /** What happens to the machine between bringing into use and reading back: its start, for one. */
    interface Between {
        void happens() throws IOException;
    }

    /** The same, with something in between. */
    InstallKind.Times installAndUndo(SampleRelease release, Between between) {
        Workplace here = at(release);
        Placement placement = placement(release);
        try {
            long start = System.nanoTime();
            long prepared = prepare(here, placement);
            long placed = place(here, placement);
            between.happens();
            require(placement.verify(here));
            long verified = System.nanoTime();
            placement.undo(here);
            long undone = System.nanoTime();
            clear(here);
            return new InstallKind.Times(
                    (prepared - start) / 1e9,
                    (placed - prepared) / 1e9,
                    (verified - placed) / 1e9,
                    (undone - verified) / 1e9);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void toUse(Workplace here, Placement placement) {
        try {
            prepare(here, placement);
            place(here, placement);
            require(placement.verify(here));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long prepare(Workplace here, Placement placement) throws IOException {
        require(placement.precheck(here));
        placement.prepare(here);
        return System.nanoTime();
    }

    private static long place(Workplace here, Placement placement) throws IOException {
        placement.capture(here);
        placement.apply(here);
        placement.activate(here);
        return System.nanoTime();
    }

    private static void require(List<String> problems) {
        if (!problems.isEmpty()) {
            throw new OperationException(problems.getFirst());
        }
    }

    private static Placement placement(SampleRelease release) {
        return Adapters.standard().read(release.manifest(), section(release));
    }

    private static InstallSection section(SampleRelease release) {
        return release.manifest().install().orElseThrow();
    }

    private Workplace at(SampleRelease release) {
        Workplace here = new Workplace(
                release.manifest(),
                section(release),
                Optional.of(release.content()),
                Optional.of(release.fileList()),
                place.resolve("staging"),
                place.resolve("undo"),
                place.resolve("home").resolve(release.manifest().id().version().toString()),
                previous,
                root(),
                InstallDisk.real(),
                programs,
                new TreeMap<>(),
                done -> {});
        try {
            for (Path directory : List.of(here.staging(), here.undo(), here.home(), root())) {
                here.disk().createDirectories(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return here;
    }

    private static void clear(Workplace here) throws IOException {
        here.disk().delete(here.staging());
        here.disk().delete(here.undo());
    }
}
