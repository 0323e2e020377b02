package packhorse.tracker.governance;

import java.util.List;
import packhorse.core.trust.VerifiedBundle;
import packhorse.core.trust.VerifiedManifest;
import packhorse.tracker.catalogue.Mirror;
import packhorse.tracker.desired.Stock;

/** Makes of the mirrored catalogue what rulings need of it. */
public final class StockTaking {
    private StockTaking() {}

    /** The catalogue's releases and bundles. */
    public static Stock of(Mirror.Contents contents) {
        return new Stock(
                contents.version(),
                contents.manifests().stream().map(StockTaking::listed).toList(),
                contents.bundles().stream().map(StockTaking::listed).toList());
    }

    private static Stock.Listed listed(VerifiedManifest verified) {
        return new Stock.Listed(
                verified.manifest().id(),
                verified.digest(),
                verified.manifest().pack().data().sha256(),
                verified.manifest().dependencies());
    }

    private static Stock.ListedBundle listed(VerifiedBundle verified) {
        return new Stock.ListedBundle(
                verified.bundle().name(),
                verified.bundle().version(),
                verified.digest(),
                List.copyOf(verified.bundle().members().stream()
                        .map(member -> member.release())
                        .toList()));
    }
}
