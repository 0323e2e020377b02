package packhorse.console.law;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import packhorse.console.change.PersonId;
import packhorse.console.change.PlanApproval;

/** Law 5: four eyes are two people. */
public final class NobodyApprovesTheirOwn implements Law {
    @Override
    public int number() {
        return 5;
    }

    @Override
    public String sentence() {
        return "Nobody approves their own change.";
    }

    @Override
    public List<Breach> breaches(World before, World now) {
        List<Breach> breaches = new ArrayList<>();
        for (World.Order order : now.orders()) {
            Set<PersonId> said = new TreeSet<>(order.approvers());
            for (PlanApproval signed :
                    order.signatures().holding(order.deployment().plan())) {
                said.add(signed.person());
            }
            for (PersonId person : said) {
                order.duties()
                        .refusesApproval(person)
                        .ifPresent(why ->
                                breaches.add(Breach.of(this, order.deployment().id(), why)));
            }
        }
        return breaches;
    }
}
