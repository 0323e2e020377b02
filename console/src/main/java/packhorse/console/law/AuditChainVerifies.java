package packhorse.console.law;

import java.util.ArrayList;
import java.util.List;
import packhorse.console.audit.AuditChain;
import packhorse.console.audit.AuditLink;

/** Law 12: what was decided stays readable as it was decided. */
public final class AuditChainVerifies implements Law {
    @Override
    public int number() {
        return 12;
    }

    @Override
    public String sentence() {
        return "The audit chain verifies.";
    }

    @Override
    public List<Breach> breaches(World before, World now) {
        List<Breach> breaches = new ArrayList<>();
        AuditChain chain =
                new AuditChain(before.audit().number(), before.audit().head());
        for (AuditLink link : now.audit().added()) {
            chain.follow(link).ifPresent(why -> breaches.add(Breach.of(this, why)));
        }
        if (breaches.isEmpty()
                && (chain.number() != now.audit().number()
                        || !chain.digest().equals(now.audit().head()))) {
            breaches.add(Breach.of(
                    this,
                    "the links end at " + chain.number() + ", the chain says "
                            + now.audit().number()));
        }
        return breaches;
    }
}
