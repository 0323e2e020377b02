package packhorse.console.office;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import packhorse.console.change.Actor;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.ChangeRequest;
import packhorse.console.change.OrderDesk;
import packhorse.console.change.Problem;
import packhorse.console.change.ProblemMachine;
import packhorse.console.change.RequestMachine;
import packhorse.console.ledger.Answers;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.core.content.Sha256;

/**
 * What outside change and problem systems say: which id they gave, and what their own people decided. It is written down beside our record and approves
 * nothing. A message that comes twice is taken once.
 */
public final class ExternalOffice {
    /** A sender tries for some hours; whoever comes later with the same id is not fresh any more. */
    private static final Duration REMEMBERED = Duration.ofHours(1);

    private static final String WHAT = "external.say";

    private final Desk desk;

    public ExternalOffice(Books books) {
        this.desk = new Desk(books);
    }

    /**
     * What was said.
     *
     * @param system who says it, as the configuration calls it
     * @param message its id there
     * @param about a request, an order or a problem of ours
     * @param external what the system calls it
     * @param remark what its people say; empty: only the id is told
     */
    public record Word(String system, String message, String about, String external, Optional<Remark> remark) {}

    /** What people of another system say. */
    public record Remark(String decision, String by, String note) {
        String line(String system) {
            return (by.isEmpty() ? system : by + " of " + system) + " says " + decision;
        }
    }

    /** Writes it down; false: that was done before. */
    public boolean hear(Word word) {
        return desk.write(Actor.product(), pages -> {
            String asker = "system " + word.system();
            Sha256 digest = Sha256.of(
                    (word.about() + "\n" + word.external() + "\n" + word.remark()).getBytes(StandardCharsets.UTF_8));
            String key =
                    Sha256.of(word.message().getBytes(StandardCharsets.UTF_8)).hex();
            Optional<Answers.Answer> before = pages.answers().find(asker, key);
            if (before.isPresent()) {
                if (!before.get().request().equals(digest)) {
                    throw Desk.invalid("the message " + word.message() + " came before and said something else");
                }
                return false;
            }
            write(pages, word);
            pages.answers().keep(asker, key, new Answers.Answer(digest, pages.now(), 204, ""));
            pages.audit(
                    WHAT,
                    word.about(),
                    Desk.details(
                            "system",
                            word.system(),
                            "external",
                            word.external(),
                            "said",
                            word.remark()
                                    .map(remark -> remark.line(word.system()))
                                    .orElse("")));
            return true;
        });
    }

    private static void write(Pages pages, Word word) {
        String what = word.remark()
                .map(remark -> remark.line(word.system()))
                .orElse(word.system() + " calls it " + word.external());
        String note = word.remark().map(Remark::note).orElse("");
        switch (word.about().substring(0, 2)) {
            case "CR" -> {
                Stored<ChangeRequest> stored = pages.get(Kinds.REQUEST, word.about());
                pages.change(stored, RequestMachine.remarked(stored.value(), what, note, pages.now()));
            }
            case "CO" -> {
                Stored<ChangeOrder> stored = pages.get(Kinds.ORDER, word.about());
                pages.change(
                        stored,
                        word.remark().isPresent()
                                ? OrderDesk.remarked(stored.value(), what, note, pages.now())
                                : OrderDesk.linked(stored.value(), word.external(), word.system(), pages.now()));
            }
            case "PR" -> {
                Stored<Problem> stored = pages.get(Kinds.PROBLEM, word.about());
                pages.change(stored, ProblemMachine.remarked(stored.value(), word.external(), what, note, pages.now()));
            }
            default -> throw Desk.invalid(word.about() + " is no request, order or problem of ours");
        }
    }

    /** For how long a message's id is remembered. */
    public static Duration remembered() {
        return REMEMBERED;
    }
}
