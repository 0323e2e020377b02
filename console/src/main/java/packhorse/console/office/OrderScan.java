package packhorse.console.office;

import java.util.List;
import java.util.Optional;
import packhorse.console.change.BuildReport;
import packhorse.console.change.OrderId;
import packhorse.core.content.Sha256;

/**
 * What a virus scanner said of an order's releases when they came to the test stage; the last one counts.
 *
 * @param manifests what the order carried then: of other releases it says nothing; absent where it was kept before that was written down
 */
public record OrderScan(OrderId order, Optional<List<Sha256>> manifests, BuildReport.Scan scan) {
    public OrderScan {
        manifests = manifests.map(List::copyOf);
    }

    /** Whether it is of exactly these. */
    boolean isOf(List<Sha256> carried) {
        return manifests.filter(carried::equals).isPresent();
    }
}
