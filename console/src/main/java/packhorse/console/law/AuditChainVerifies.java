package packhorse.console.law;

import java.util.List;
import java.util.Optional;
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
        AuditChain chain =
                new AuditChain(before.audit().number(), before.audit().head());
        for (AuditLink link : now.audit().added()) {
            Optional<String> broken = chain.follow(link);
            if (broken.isPresent()) {
                // None behind it fits either.
                return List.of(Breach.of(this, broken.get()));
            }
        }
        boolean whole = chain.number() == now.audit().number()
                && chain.digest().equals(now.audit().head());
        return whole
                ? List.of()
                : List.of(Breach.of(
                        this,
                        "the links end at " + chain.number() + ", the chain says "
                                + now.audit().number()));
    }
}
