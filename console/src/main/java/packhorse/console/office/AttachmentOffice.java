package packhorse.console.office;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import packhorse.console.change.Actor;
import packhorse.console.change.Attachment;
import packhorse.console.change.OrderDesk;
import packhorse.console.change.OrderId;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Look;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Refusal;
import packhorse.console.ledger.Stored;
import packhorse.core.OperationException;
import packhorse.core.content.Sha256;
import packhorse.core.durable.DurableFiles;
import packhorse.core.unit.ByteCount;

/** Files that are kept with an order: what ticks name, and what is in its evidence. They are added only. */
public final class AttachmentOffice {
    private final Desk desk;
    private final OrderFiller filler;

    /** @param filler keeps the order's checklist in step */
    public AttachmentOffice(Books books, OrderFiller filler) {
        this.desk = new Desk(books);
        this.filler = filler;
    }

    /**
     * Keeps a file with an order.
     *
     * @param mediaType what it is; absent: anything
     */
    public Stored<Attachment> attach(
            Actor.Person who, OrderId order, Optional<String> name, Optional<String> mediaType, byte[] bytes) {
        return desk.write(who, pages -> {
            pages.get(Kinds.ORDER, order.text());
            List<Attachment> there = Lists.of(pages, OfficeKinds.ATTACHMENT, order.text());
            Attachment attachment = new Attachment(
                    order,
                    Attachment.id(there.size() + 1),
                    name.orElseThrow(() -> Desk.invalid(order + ": name=… is missing: say what the file is called")),
                    mediaType.orElse(Attachment.ANYTHING),
                    new ByteCount(bytes.length),
                    Sha256.of(bytes),
                    who.id(),
                    pages.now());
            if (Attachment.isId(attachment.name())) {
                throw Desk.invalid(order + ": name=" + attachment.name()
                        + " is what attachments' ids look like: give it another name");
            }
            if (there.size() >= Attachment.COUNT_MAX) {
                throw Desk.refused(order + " has " + there.size() + " attachments, and at most " + Attachment.COUNT_MAX
                        + " are kept: put several files into one archive");
            }
            there.stream()
                    .filter(one -> one.name().equals(attachment.name()))
                    .findFirst()
                    .ifPresent(one -> {
                        throw new Refusal(
                                Refusal.Why.EXISTS,
                                order + " has an attachment " + one.name() + " already, " + one.id()
                                        + ": give this one another name");
                    });
            OrderDeskAct.on(
                    pages,
                    filler,
                    order,
                    OptionalLong.empty(),
                    "order.attach",
                    Desk.details(
                            "attachment",
                            attachment.id(),
                            "name",
                            attachment.name(),
                            "bytes",
                            String.valueOf(bytes.length),
                            "sha256",
                            attachment.sha256().hex()),
                    (before, unused) -> OrderDesk.attached(before, attachment, who, pages.now()));
            String key = key(order, attachment.id());
            pages.attachments().add(key, attachment.sha256(), bytes);
            return pages.add(OfficeKinds.ATTACHMENT, key, attachment);
        });
    }

    /** A page of an order's attachments, in the order in which they came. */
    public List<Stored<Attachment>> list(OrderId order, String after, int limit) {
        return desk.read(pages -> {
            pages.get(Kinds.ORDER, order.text());
            return Lists.page(pages, OfficeKinds.ATTACHMENT, Optional.empty(), Optional.of(order.text()), after, limit);
        });
    }

    /** What is known of one of them. */
    public Attachment known(OrderId order, String id) {
        return desk.read(pages -> {
            pages.get(Kinds.ORDER, order.text());
            return pages.get(OfficeKinds.ATTACHMENT, key(order, id)).value();
        });
    }

    /**
     * Writes its bytes, proved against their digest, to {@code file}.
     *
     * @throws OperationException where that cannot be, or where the ledger is damaged
     */
    public void write(Attachment attachment, Path file) {
        byte[] bytes = desk.read(pages -> bytes(pages, attachment));
        try {
            Path unusedWritten = Files.write(file, bytes);
        } catch (IOException e) {
            throw new OperationException(attachment.name() + " cannot be written: " + DurableFiles.reason(e), e);
        }
    }

    /** The bytes of one that has a record. */
    public static byte[] bytes(Pages pages, Attachment attachment) {
        return pages.attachments()
                .find(key(attachment.order(), attachment.id()))
                .orElseThrow(() -> new IllegalStateException(attachment + " has no bytes"));
    }

    /** The name of the one that a person names, by that or by its id; refused where the order has none such. */
    static String named(Pages pages, OrderId order, String word) {
        String wanted = Attachment.named(word);
        return pages.list(OfficeKinds.ATTACHMENT, Look.of(order.text())).stream()
                .map(Stored::value)
                .filter(one -> one.name().equals(wanted) || one.id().equals(wanted))
                .findFirst()
                .map(Attachment::name)
                .orElseThrow(() -> Desk.invalid(order + " has no attachment " + wanted + ": packhorse order attach "
                        + order + " --file " + wanted + ", then tick it"));
    }

    private static String key(OrderId order, String id) {
        return order.text() + "/" + id;
    }
}
