package packhorse.console.intake;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import packhorse.console.change.BuildReport;
import packhorse.console.change.Consignment;
import packhorse.console.change.Outcome;
import packhorse.console.change.TestReport;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;

/**
 * The step from test to production. Nothing is built or packed again on it: each release goes on as the signed manifest that was tested, by its digest, or
 * not at all.
 *
 * @param items what is promoted
 */
public record Promotion(List<Consignment.Item> items) {
    public Promotion {
        items = List.copyOf(items);
    }

    /**
     * Promotes, or says why not.
     *
     * @param carried what the order carries
     * @param builds of the order; none for a release that was built before it
     * @param test how the test stage ended
     * @param offered the digest of the manifest that the verified catalogue has of a release
     */
    public static Outcome<Promotion> of(
            Consignment carried,
            List<BuildReport> builds,
            TestReport test,
            Function<ReleaseId, Optional<Sha256>> offered) {
        if (test.verdict() != TestReport.Verdict.PASS) {
            return Outcome.rejected("the test ended with " + test.verdict() + "; only what passed is promoted");
        }
        Set<Sha256> tested = new HashSet<>(test.manifests());
        for (Consignment.Item item : carried.releases()) {
            Optional<String> refused = refused(item, builds, tested, offered.apply(item.release()));
            if (refused.isPresent()) {
                return Outcome.rejected(refused.get());
            }
        }
        if (tested.size() > carried.releases().size()) {
            return Outcome.rejected("the test was of " + tested.size() + " releases together and the order carries "
                    + carried.releases().size() + "; carry what was tested, or test what is carried");
        }
        return Outcome.moved(new Promotion(carried.releases()));
    }

    private static Optional<String> refused(
            Consignment.Item item, List<BuildReport> builds, Set<Sha256> tested, Optional<Sha256> offered) {
        if (!tested.contains(item.manifest())) {
            return Optional.of(item.release() + " was tested with another manifest than " + item.manifest()
                    + "; test what the order carries");
        }
        for (BuildReport build : builds) {
            if (build.release().equals(item.release()) && !build.manifest().equals(item.manifest())) {
                return Optional.of(item.release() + " was built again as " + build.manifest() + " and tested as "
                        + item.manifest() + "; test the new build, or take it back");
            }
        }
        if (offered.isEmpty()) {
            return Optional.of(item.release() + " is not in the catalogue; publish what was tested");
        }
        return offered.get().equals(item.manifest())
                ? Optional.empty()
                : Optional.of("the catalogue has " + item.release() + " as " + offered.get() + " and tested was "
                        + item.manifest()
                        + "; nothing is rebuilt on the way: test what is there, under a version of its own");
    }
}
