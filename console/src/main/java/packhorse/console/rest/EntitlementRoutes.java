package packhorse.console.rest;

import java.util.List;
import packhorse.console.change.Role;
import packhorse.console.office.EntitlementList;
import packhorse.console.office.EntitlementOffice;

/** Who may have what when its user asks. */
final class EntitlementRoutes {
    private static final String ALL = "/entitlements";

    private EntitlementRoutes() {}

    static List<Route> of(EntitlementOffice office) {
        return List.of(
                Route.get(ALL, "readEntitlements", "Shows who may have what when its user asks.")
                        .stored(EntitlementList.class)
                        .does(call -> Answer.of(office.get())),
                Route.put(ALL, "replaceEntitlements", "Writes anew who may have what when its user asks.")
                        .access(Access.to(Role.ADMINISTRATOR, Role.CHANGE_COORDINATOR, Role.INSTALLATION_COORDINATOR))
                        .versioned()
                        .body(EntitlementList.class)
                        .stored(EntitlementList.class)
                        .does(call ->
                                Answer.of(office.replace(call.who(), call.seen(), call.body(EntitlementList.class)))));
    }
}
