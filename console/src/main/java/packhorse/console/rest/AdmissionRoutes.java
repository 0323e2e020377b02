package packhorse.console.rest;

import java.time.InstantSource;
import java.util.List;
import packhorse.console.change.Role;
import packhorse.console.office.AdmissionOffice;
import packhorse.console.office.CertifiedMachine;
import packhorse.console.office.Denied;

/** Who may join, who has, and who may take part no longer. */
final class AdmissionRoutes {
    private static final String TOKENS = "/join-tokens";
    private static final String DENIALS = "/denials";

    private AdmissionRoutes() {}

    /** A join token, shown this once. */
    public record NewJoinToken(String token, Versioned<JoinTokenView> stored) {
        @Override
        public String toString() {
            return stored.id();
        }
    }

    static List<Route> of(AdmissionOffice office, InstantSource clock) {
        return List.of(
                Route.get(TOKENS, "listJoinTokens", "Lists join tokens; their secrets are nowhere.")
                        .access(EndpointRoutes.OPERATORS)
                        .storedPage(JoinTokenView.class)
                        .does(call -> {
                            int limit = call.limit();
                            return Answer.storedPage(
                                    office.tokens(call.after(), limit + 1),
                                    limit,
                                    token -> JoinTokenView.of(token, clock.instant()));
                        }),
                Route.post(TOKENS, "makeJoinToken", "Makes a token for one machine to join; it is shown this once.")
                        .access(EndpointRoutes.OPERATORS)
                        .body(AdmissionOffice.JoinForm.class)
                        .one(NewJoinToken.class)
                        .secret()
                        .does(call -> {
                            AdmissionOffice.Shown shown =
                                    office.token(call.who(), call.body(AdmissionOffice.JoinForm.class));
                            return Answer.of(new NewJoinToken(
                                    shown.token(),
                                    Versioned.of(shown.stored(), token -> JoinTokenView.of(token, clock.instant()))));
                        }),
                Route.post(TOKENS + "/{token}/revoke", "revokeJoinToken", "Takes a join token back: it opens nothing.")
                        .with("token", "The token's name, its fourth part.")
                        .access(EndpointRoutes.OPERATORS)
                        .stored(JoinTokenView.class)
                        .does(call -> Answer.of(
                                office.revokeToken(call.who(), call.path("token")),
                                token -> JoinTokenView.of(token, clock.instant()))),
                Route.get("/machines", "listMachines", "Lists machines that hold a certificate of the deployment.")
                        .storedPage(CertifiedMachine.class)
                        .does(call -> {
                            int limit = call.limit();
                            return Answer.storedPage(office.machines(call.after(), limit + 1), limit);
                        }),
                Route.get(DENIALS, "listDenials", "Lists machines that may not take part.")
                        .storedPage(Denied.class)
                        .does(call -> {
                            int limit = call.limit();
                            return Answer.storedPage(office.denials(call.after(), limit + 1), limit);
                        }),
                Route.post(DENIALS, "denyEndpoint", "Lets a machine take part no longer: its sessions end at once.")
                        .access(EndpointRoutes.OPERATORS)
                        .body(AdmissionOffice.DenyForm.class)
                        .created(Denied.class, DENIALS)
                        .does(call -> Answer.of(office.deny(call.who(), call.body(AdmissionOffice.DenyForm.class)))),
                Route.delete(DENIALS + "/{endpoint}", "admitEndpoint", "Lets a denied machine take part again.")
                        .with("endpoint", "The endpoint's id, or its host's name where only one has it.")
                        .access(Access.to(Role.ADMINISTRATOR))
                        .does(call -> {
                            office.admit(call.who(), call.path("endpoint"));
                            return Answer.done();
                        }));
    }
}
