package packhorse.console.office;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import packhorse.console.change.Actor;
import packhorse.console.change.Role;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;

/** Who may have what when its user asks. An order entitles those it is for; this is what they may have besides. */
public final class EntitlementOffice {
    private static final Set<Role> KEEPERS =
            Set.of(Role.ADMINISTRATOR, Role.CHANGE_COORDINATOR, Role.INSTALLATION_COORDINATOR);

    private final Desk desk;

    public EntitlementOffice(Books books) {
        this.desk = new Desk(books);
    }

    /** All of them; before the first nobody may have anything besides. */
    public Stored<EntitlementList> get() {
        return desk.read(pages -> pages.find(EntitlementList.KIND, EntitlementList.ID)
                .orElseGet(() -> new Stored<>(
                        EntitlementList.KIND,
                        EntitlementList.ID,
                        0,
                        new EntitlementList(List.of()),
                        pages.now(),
                        pages.who().name())));
    }

    /** Writes all of them anew. */
    public Stored<EntitlementList> replace(Actor.Person who, OptionalLong seen, EntitlementList list) {
        return desk.write(who, pages -> {
            Desk.requireRole(who, KEEPERS, "entitlements are written");
            Optional<Stored<EntitlementList>> before = pages.find(EntitlementList.KIND, EntitlementList.ID);
            Stored<EntitlementList> now = before.isEmpty() && seen.orElse(0) == 0
                    ? pages.add(EntitlementList.KIND, EntitlementList.ID, list)
                    : pages.change(pages.get(EntitlementList.KIND, EntitlementList.ID, seen), list);
            Revision.next(pages, Revision.ENTITLED);
            pages.audit(
                    "entitlements.replace",
                    EntitlementList.ID,
                    Desk.details("lines", String.valueOf(list.lines().size())));
            return now;
        });
    }

    /** The revision of what trackers go by; empty before the first. */
    public OptionalLong revision() {
        return desk.read(EntitlementOffice::revision);
    }

    /** What trackers go by; empty before the first. */
    public Optional<Revised<EntitlementList>> list() {
        return desk.read(pages -> pages.find(EntitlementList.KIND, EntitlementList.ID)
                .map(stored -> new Revised<>(revision(pages).orElse(stored.version()), stored.value())));
    }

    /** A list that was written before revisions followed the clock goes by its version. */
    private static OptionalLong revision(Pages pages) {
        OptionalLong noted = Revision.of(pages, Revision.ENTITLED);
        return noted.isPresent()
                ? noted
                : pages.find(EntitlementList.KIND, EntitlementList.ID)
                        .map(stored -> OptionalLong.of(stored.version()))
                        .orElse(OptionalLong.empty());
    }
}
