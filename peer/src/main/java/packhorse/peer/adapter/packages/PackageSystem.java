package packhorse.peer.adapter.packages;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import packhorse.peer.adapter.Outcome;
import packhorse.peer.adapter.Workplace;

/**
 * What {@link PackagePlacement} needs of a package system. An object is made for one release and knows its settings; it holds no
 * state.
 */
public interface PackageSystem {
    /** Its program, for people and for the search. */
    Tool tool();

    /** What its package files' names end in: {@code .deb}. */
    String suffix();

    /** The directory of its database, below the root: it knows which package owns a name. */
    String database();

    /** Names below the root that stand for these packages, so that two lines do not own one. */
    Set<String> claims(Collection<String> packages);

    /** Reads package files and refuses what is hostile in them. */
    Inventory inspect(Workplace here, InstallRoot root, List<Path> files) throws IOException;

    /**
     * What is in the way here, for content that {@link #inspect} has read; one line each with its mend.
     *
     * @throws packhorse.peer.adapter.AdapterException TRANSIENT while somebody else uses the package system
     */
    List<String> obstacles(Workplace here, InstallRoot root, List<Path> files, boolean downgrade) throws IOException;

    /** What is in the way of taking packages off. */
    List<String> removalObstacles(Workplace here, InstallRoot root, Set<String> packages) throws IOException;

    /** Versions of those that are wholly or partly in place. */
    SortedMap<String, String> installed(Workplace here, InstallRoot root, Collection<String> packages)
            throws IOException;

    /** Packages in place that these files would push aside. */
    Set<String> displaced(Workplace here, InstallRoot root, List<Path> files) throws IOException;

    /** Names of all that packages in place own, as they really are. */
    Set<String> owned(Workplace here, InstallRoot root, Collection<String> packages) throws IOException;

    /** Names that its program may leave beside an owned one. */
    List<String> beside(String path);

    /** Copies its database's entries of these packages, or all, into {@code place}. */
    void captureDatabase(Workplace here, InstallRoot root, Set<String> packages, Set<String> paths, Path place)
            throws IOException;

    /**
     * Puts them back, byte for byte where nothing else changed; entries of other packages stay as they are by now.
     *
     * @param former the package files that were in place, where they are at hand
     * @param files puts the packages' files back, called while the package system's locks are held
     */
    void restoreDatabase(
            Workplace here,
            InstallRoot root,
            Set<String> packages,
            Set<String> paths,
            Path place,
            List<Path> former,
            Runnable files)
            throws IOException;

    /** Installs them in one run, whatever is in place of them. */
    Outcome install(Workplace here, InstallRoot root, List<Path> files) throws IOException;

    /** Takes those off that are there. */
    Outcome remove(Workplace here, InstallRoot root, Collection<String> packages, boolean wholly) throws IOException;

    /** What its own check finds wrong, beyond the files of the inventory, and where those are really. */
    List<String> verify(Workplace here, InstallRoot root, Inventory inventory) throws IOException;

    /**
     * The inventory as this machine's own rules make it: names that it puts elsewhere, modes that it sets otherwise, and without what
     * it leaves out of all packages.
     */
    Inventory asHere(InstallRoot root, Inventory inventory) throws IOException;
}
