package packhorse.console.rest;

import java.util.List;

/** Signing in and out. */
final class SessionRoutes {
    private SessionRoutes() {}

    /** Who signs in. */
    public record SignIn(String name, String password) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Route> of(Gate gate) {
        return List.of(
                Route.post("/sessions", "signIn", "Gives a token for a name and a password.")
                        .access(Access.anybody())
                        .body(SignIn.class)
                        .one(Doorkeeper.Session.class)
                        .secret()
                        .does(call -> {
                            SignIn who = call.body(SignIn.class);
                            return Answer.of(gate.signIn(who.name(), who.password(), call.from()));
                        }),
                Route.get("/sessions/current", "readSession", "Says who is signed in, with which roles.")
                        .access(Access.signedIn())
                        .one(Me.class)
                        .does(call ->
                                Answer.of(new Me(call.who().id(), call.who().roles()))),
                Route.delete("/sessions/current", "signOut", "Ends the session before its time.")
                        .access(Access.signedIn())
                        .does(call -> {
                            gate.signOut(call.who(), call.credentials());
                            return Answer.done();
                        }));
    }
}
