package packhorse.console.rest;

import java.util.List;
import java.util.Optional;
import packhorse.console.change.Attachment;
import packhorse.console.office.AttachmentOffice;

/** Files that are kept with orders. */
final class AttachmentRoutes {
    private static final String ALL = OrderRoutes.ONE + "/attachments";

    private AttachmentRoutes() {}

    static List<Route> of(AttachmentOffice office, LongReads reads) {
        return List.of(
                Route.post(ALL, "attach", "Keeps a file with an order: what ticks name, and what is in its evidence.")
                        .with("order", OrderRoutes.ID)
                        .asking("name", Parameter.Type.TEXT, "The file's name, without folders; only one in an order.")
                        .asking(
                                "mediaType",
                                Parameter.Type.TEXT,
                                "What it is: " + Attachment.ANYTHING + ", as without it.")
                        .access(Access.workers())
                        .file(Attachment.ANYTHING, Attachment.BYTES_MAX)
                        .stored(Attachment.class)
                        .does(call -> Answer.of(office.attach(
                                call.who(),
                                OrderRoutes.id(call),
                                call.query("name"),
                                call.query("mediaType"),
                                call.bytes()))),
                Route.get(ALL, "listAttachments", "Lists the files that are kept with an order.")
                        .with("order", OrderRoutes.ID)
                        .storedPage(Attachment.class)
                        .does(call -> {
                            int limit = call.limit();
                            return Answer.storedPage(office.list(OrderRoutes.id(call), call.after(), limit + 1), limit);
                        }),
                Route.get(
                                ALL + "/{attachment}",
                                "readAttachment",
                                "Gives a file that is kept with an order, as it came.")
                        .with("order", OrderRoutes.ID)
                        .with("attachment", "Its id in the order, such as A01.")
                        .answersFile(Attachment.ANYTHING)
                        .does(call -> {
                            Attachment one = office.known(OrderRoutes.id(call), call.path("attachment"));
                            Answer.File made = reads.made(
                                    Attachment.ANYTHING, Optional.of(one.name()), file -> office.write(one, file));
                            // Whatever its giver says that it is: no browser takes it for a page of ours.
                            return new Answer.File(
                                    made.mediaType(),
                                    made.name(),
                                    Optional.of("\"" + one.sha256().hex() + "\""),
                                    made.writing());
                        }));
    }
}
